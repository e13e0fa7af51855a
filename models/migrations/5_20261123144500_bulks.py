"""Bulks carry what is to be done for whom, so that their children are begun a few at a time."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

# No release ever wrote a bulk.
_UP = """
ALTER TABLE bulks
    ADD COLUMN guild_id bigint, ADD COLUMN type text NOT NULL, ADD COLUMN options jsonb NOT NULL,
    ADD COLUMN targets jsonb NOT NULL, ADD COLUMN started integer NOT NULL DEFAULT 0,
    ADD COLUMN cancelled boolean NOT NULL DEFAULT false;
CREATE INDEX bulks_of_guild ON bulks (guild_id, command_id DESC);
CREATE INDEX bulks_with_room ON bulks (command_id) WHERE started < total AND NOT paused AND NOT cancelled;
"""

_DOWN = """
DROP INDEX bulks_with_room;
DROP INDEX bulks_of_guild;
ALTER TABLE bulks DROP COLUMN cancelled, DROP COLUMN started, DROP COLUMN targets, DROP COLUMN options,
    DROP COLUMN type, DROP COLUMN guild_id;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return _UP


async def downgrade(db: BaseDBAsyncClient) -> str:
    return _DOWN


MODELS_STATE = (
    "eJztXW9z27YZ/yo4v0lyp+USJ2k6Z7c7O8nabIndi51lW9uTIBIyWVMAB4BWdF2/+wCQlE"
    "iKpAXojyn6edPGJB6Q+gEEfs9f/H40ZT6JxNPTxA/lZzY7OkG/H1E8JeofK/cG6AjH8fKO"
    "viDxODKNsW5lmoyF5NiT6uIER4KoSz4RHg9jGTKqm15QgqJQ/YdNkAwIMqJICYXRCVJPIN"
    "Qn/gBRcks48gJMr4n/FJ2rtxJK7pagkKJRTLhgVIye6mf6zFMPDen1brpPaPjfhAwluyaq"
    "Q64e8vOv6nKoOvpGRP5nfDOchCTySxiGvu7AXB/KeWyuffny4d3fTEv96uOhx6JkSpet47"
    "kMGF00T5LQf6pl9L1rQgnHkvgFeGkSRdkw5JfSN1YXJE/I4lX95QWfTHAS6UE6+sskoZ4e"
    "G2SepP/z8q/ZqxWaDYfnF1fDy/dXw+HRypjqV6iMQ3bJUyhq7KnUQP3+R9rvEhBz9Ug/4O"
    "2Pp58fv/juiYGACXnNzU0D19EfRhBLnIoa0JcoXyeh6q4O60vKZpMI35B6wIuCFdjVG68B"
    "eAbnAu+8yRLw5UeQQ5mDtQN41euq//3pz8fHL168Pn724rvvX718/frV98++V23NC6/eet"
    "0yJmcffvhwfqVfiKlvOv3S9QU9HEv4PTadYlo/AM2TvSy1zUl/z4OwyRxfgmqQWIHzinyT"
    "9XDm7StAqhfrF4RX7/9lJuRUiP9G+sL5P08/G1w/nf7LADudZ3c+Xpz/kDdfzt/ztx8vzi"
    "pgxwEWVmgvBABuB7ixXMX6nYJLhtOGhTqVqIDtZyJP83/0DPoPn95fXp1++qmE/7vTq/f6"
    "znEJ+/zq43RtWcK/6AR9/XD1I9J/ov9cnL+vrkCLdlf/OdLvhBPJhmrzHGK/iEl+Ob9UHl"
    "ZPMj68UUjafEplKfieXL4nA2Hd9nsX7LWbL4C+PujmL2vYc6n9AX90D4x+J7ALlnDPCvKl"
    "BMxzB8A9xjmJsH5Na4ZflQSWX53Nyfg34tXQoZbpvBRxms8dU1n3PZ05wUK9oQXgSwlYrq"
    "3hHpMJ4zXL9d8vL87r4V5KVOl+6En0PxSF4gAtMy24ayjaca9CXFlXdAcr7GQiCbeBfSEA"
    "qLuj7hOJw8gG9qUE4G6Hu7a5T24K9mB9YYy9mxnm/nDlDjtmTW1Xb02Pp9UrmOJrA6T+xf"
    "r3Ze6RsyS6afCc5LcGbY6TsWpkrtztOPmRzdQtjjDSQigUJ2gkJOZqVoyQF4SRzwlFM8IJ"
    "GpPrhA7QyGeUjDJPyBSJxPMIMe6P0URNOy1n3CGIacfGLNRPHYV0OInC60COjiqDvf83+I"
    "Vi1VeiWnA0w/OnaMQMHGKE9I1ZgKVx8iyeLQJ1XXWhXuqaSNXMNCHYC1CAhX6PUKr/zeim"
    "np2uGb3B0wOenp17esApsUfqnK10NmyiILIRnTgg6HfC47Ldwwb6gghAvwn0TOIaBv2BNi"
    "0xeXunVb1raGfL+vHzl69ffv/iu5eL1XxxpW0RX12wM3JmgWdBYn+IPjsQODWZtcAybw5A"
    "VoFMub8FlEsBALMKZowTUQfmGWMRwbQhgmEhVAF0rKR2hejiyn43qrOLi4+ljersQ5V/ff"
    "l09v7z4+dm11KNQtnAgD1MPRLVzt1WuEtygLgF4gtjgMVqUZKBBeOqO+ayt6kBpMFiVrg7"
    "aDOaZWaUNe1mOiI4kxigCWdThD2PxGrskWRIECkjHQL8lYdSEorGczTK3kddvyZ8hHCkdv"
    "I3KFbUKNS9KknVasqoDPIw49CvD0Xex4N/ob/QkRfhcErUUKrnjFAozE3F5iRR/8rMZBEW"
    "EpmGaMIS6qPHenjQLNAWu1BmFylDnM2enKARTyhVv2WEpmphE2k/+BeqljlBUIB9pBogls"
    "inJmJ6Ggqhfb1YmuerXilaXkYzLNIXuOaYKgwgthosbmBxG4DFzWVG78Tidku4XqlqpvoU"
    "R1Ej2yiI7Y9rPN/tNH9x/Pq7xcTWf7RN5ctPpx8/rs7dCNdpy81zN28Pc9clLg4iifaMOI"
    "Q7Q7jzQwMdwp33vaxDuPN+AYdw5x2GO3s4EU7QVuQ2APZwSIsFrjHmhEpLUEtCgGhlpgbG"
    "eqF/goXduSLVI7PH1pxVoRAJ8Yf2KaAlQcgE7XQmKPkWh6o7h1EuS25hmDv2OfVplH0+H/"
    "KkxlzW6gktSIEf1MIPCuGA9xaTpqsEURK5eEHKoj0iBHv2g5A4IFOFUk1oYOtqU5KD9cZi"
    "vYmYhyM7+/1CAszJ9oYHHcRg5+rLBQBtB7uaDoywMqvlAmBVc6r4I8k0tgnhKkj0xqm6NS"
    "Wak9uw3lPdiGdRBABdiUcmtG7xPQuvmyOSc5HexBfumdKZKLJhQmVdxnS7laAiCmaCLpsJ"
    "ioGJNjtuVQ5ojkMOYSI9VueybTEaLEWgJIG7zYCqeT3MSIyDHbRGHFa5Lq9ypfhn29FeEY"
    "ax7vJYe5xo3B0GuiwJXqxOD3MS+47DXJaEYe70MGd5OA7DXJaENbvLo+wTfbgDdxrnqiyM"
    "dNdGuiPZjR98xdeZJNSb/4PMG5IcVxsN2nIdw2Xz4Q2Zr5nz+NWk6qFYjboXxjhaZh6mxb"
    "QwUn29MUmB5kmPhL6g0/YeL2QGKM/hGuibT7K/0TM0YRxRRslqyuOenqszHq8YlywUBN2o"
    "mSB01qLSW9VkCiXRYuIEKbJl8iUnYSQJH6BZY6LlprmIi3evN3CocW4g/kW57XgW7k5L3K"
    "VzeIq/DSNCr2Wg/jx+9WoNg0dBuc707uPHSvKJc2Jim9V246xEMNweqY/Lxo6XNQe/mUv5"
    "XObPhwEWQd0sp5g3LCslsWrUw1wS0S/ozzKb3AJ6hfzZh/PTz/+ux/6sxoZ39u+r96dwsN"
    "EeIqvBeAIsfLc1RtKYu6YaI8u7rbw7i9xbk2+foqx9PbddEtrQV3xWLQ/qHwKlxW315NOc"
    "VFfIFSS6JWKVV++g/y2X3rgjEHKblOt+Ke4eOVcXy3J0bdG8Hw5smwi7/xTYHrHg+hz79q"
    "IcDRn2h6vkbaMih7GO2MWNFUV6g+UWSy82Jl7esQ63ZV9CXsDa67BkcejZLMQLAQgnWm8h"
    "7gip/0HzlgZKv7jXSugN81mbzpvWb9AoIhOZV7QTRKZV7TQFHzNpStpxMmW35kALfItDM1"
    "FM47/pnlXzMCLoXSg8xn1zBIXkLFFt6ij+Xp4JtL/zy1sz7e8+7exN5ZXQszsmLm8P+4pD"
    "mOpMoePCooqCQKKcI/H3nerntrIQ+qcvl31ZXqZkOlZT12MJtUmLqoqBSladzAtGVOMya8"
    "sULsntMVM4JzGHmyicslVbb05BDOKpuubJgTDYBzfMYk49tyjYoiB8yl0b447Ybz4Z4tJg"
    "wFneHLRZcFLys7YJJ1ZtGUUhRTg3rbT7TlOBoXGhzoLQC9AixtDDlDKJBJ6rX0ZuCUcjgW"
    "/J4yejOkPOHp+8SdBi/lB743VREow74NM94PEoGNdC78bKuJa1B4uPvfrLlSZWU8vslHPc"
    "ENO4kKjA3b8aZuls/fnXCmS/sZA6EbSSIBC0rhG0kjvTVDxgiXSri1EjDuPd5fEWFMciYL"
    "almytiULy5M27qnwwzblBzljdb1ZyUXa+p5pyrRwik8xOROcUNmwPc0hPdiJEQLD24TU0D"
    "obBXf0+JThBAnOiEKGJSpwK1izI+X1VmdtA/eKA7T4qblZREEG7rhS7KgCfamiv7oYgjPL"
    "c+fKUqB9Db1y28Vd8BtwF9KQFqoUu+W4120+q2yySgtK+Fxw48Ok4T/tCUC03InEa5JAgK"
    "ZNfGuCOqzme1KjcoOvmtQZuaszDorePL0Y13llq33c5BvTlg9QZ8MJBX18mNaTdnHUasRr"
    "lpPt4sbw9Rh5BZt2tAFyVRa9yEbRV+KoK9QXbPC3FO+1axb9PGC1Kgkd+hkXeExp/GYXOt"
    "uuXNViqP49CiNt2poddsgjBKryOmC8MJwm9Dj5wgRiPFvqXQqWuBpuE3JJZP0SinWGJkfg"
    "OaqmkokA6JmqdRVnXcfleP0hXoRnn6iUm+0/pDFvg1C5ggqRIh1a08pkvqPL40hmuK52jK"
    "lBohA2xy++Zv0iepjnD+0qbHCMsJ49NdqBbNDsbt1y66W7c4+sskoZ6eJMg8Sf/n5V/vwZ"
    "J8ZzGjQ87P6xF9jTmZhDXH8zbDvZQAwF3qcBCXYnRFKahFV0V+3Vp09TVQWqou1tc/gYm+"
    "1ulwHostwxOXIr2PT9QYrkQnLhiTFWolKTfgDse50BDXCQURnSbhIXhq6oZ5bFU8tywFiz"
    "kUF3AH/p5Obv4Wh+ozcnFDlyTBD93l1Y2TW3bjtImVJWGUuzzKERZymLgFlVRlYaS7NtId"
    "MUh/ZNchvdTHbTcYpcsNBm2G6Ug3HZqzu9c1TlN0cZrI4BgZ2ezYkpnOvtWTFzHqKSljyb"
    "2uPQHFpYMN7LrmtzlYZcpy27LL3GsEyd6sMs32X09NweEt4aG6aRU2vCIIVN8lq5T4ijF6"
    "Un1JNuBXxAB6l1gSsGL0lRd0VJuDYe4l/bskJningfsV7rYSP0GWIUDrRCRk7TO2ph3vJi"
    "KATUx0QKir8jKFWDBCAVO/Akmls+qIAOrxuTneLo0DRjMyrotC2Hb3GwUCOLDFghBQxe1Q"
    "RZ0U6WKVLMhBnLGzVRLoSm/3sXKZGek4zGVJMFZ1eZSNaVEQQl3NkgVZ+KA7PdSgfzyIYQ"
    "Z30kMYZUNllRZYVwG9vZrIUgqKWtgXtfB9NYg1gVotVS2WIgC4fQSKVu1X4f775cV5Q+RJ"
    "LlBdv0JPov+h3kXGaSTaUa8CXFmNdAcdOqzqi2gsdZzfGrRZr/QSt7bpKj/oSQvpzBPtd1"
    "RvpasPS2asRj4WwZipX1VnmrIVh/T2zps5+lC9q0euMajfBfW7HshU3/tJUg8cbzBjOw3F"
    "oSnKxkiZxrI5WjiLwjDYnRvsjugtbxmLfDZrcr4Xbw/a9Bcva7imDnOllAzFMkWaqO+x6V"
    "QX2jJFhYUMowiZ4+5O9G1GCVJ9MT7QmfymvdJZIpJm5aO0LvFIXTIp+Y8erWo8u3yYKQqg"
    "Ox+lefxaUddyP+eP0ZXEBFGT1xdIhNQj6PmfXz/79Sm6ai0+lombma2LCbAnJ2kdAfW4LR"
    "0G06HCV6CnHRUH3IZNVeVAX3MgVer7ssE8aw5QO0Ct10obw2jefiO76AGBvjXDaAl0l6NF"
    "tnmgyAENALDH9dnjD5oJXBIpFdbix/TAhwYm2dS0lVWmTENkUsPsSIn1KOaFonKKL5kgTE"
    "PkTGeKbOXd3VX/NRPOiVfL8X+7fRRQvJ5QvGyUVwejsbJhQaJPkZ9bKxmpobYhE3l7IBMb"
    "kAl7exQYoTpKI0oHcVhVKYHqJBvUYE41drv6jGUpOP+tM5EfJWK7Dvm1ZL3rsd3TFc6pz2"
    "x7k3PR1NqZkksvwFSHe2A61zlJ+qw2zmbmpIOcxD6rCxvZ7gOM4VTNBclZNMwuL4uqZiVQ"
    "1dMKvNoUY5WBPnHOPC3mzCNCG3Y5wepx12pSDRAWaSFV1VX6IkCigUQDiQYS3SkSDQdyPQ"
    "hSnQ+WHbkuSwHJdiLZJWaxin7bgRI1wnCoxPrbd0eI+TlrrCeV32ql4ZStXULqq6ajugs1"
    "GRhXFDlgieLEN2pZSA3CUzIdE/4GjZZqnCG76cxYnqiMFZWNTZjWIk7BvIapIbVKyvf4XD"
    "iIoAMqbxsx7pCa0g2CvO/jc8yn5jIAJUkYAfcRyBfC2kFopltVOSBcDoRLKnhtQM/bA9gu"
    "SQ7ggumjtnjPnoEDGtrDcA18xZyqH9ighBTutuohs7Td2o6ArL0T6deyTcrGVnsGdaIDnw"
    "moEx0ms6BO3PcIgDpxn3Wdsagz27aVdM4lAHBQKUClAJWijyrFO4L9j0TKxmoz5QatioWv"
    "mg4j03ZN5UIHumsplEopRWDM/Pkoi/tJCxmPFPWP5orZjwbq33g2JN88wmNpFIWZ1g4846"
    "SgTOqIHorGxMTv1IfV7/RpoIR04MPqphLSsSjJeyqZDJGqW5riBTu5ZX7v/vN6e1MKCHSI"
    "PQOujzSygTtvD2A7gK250CrYzWGbeXsoMOketVkgmFbLSlkMyl7Zz3b1oxOrtWUhAIuLiz"
    "VI18AZ3qhfa4N5WQqmuSvudvbmogxgbo/5JORCOgTiF+XACtppK6g5+tTmm1oI7FHtYjGh"
    "/VG9dB3bmkI/jTH3BYnexNpvLUVLfQosurXOI6mIwebgMpEzCF3OJSmJwsEkXdshOuLSeZ"
    "tmGzVW4FzcHbQX4DTtTKO1/DiczQYo9NHzE5NybZlnrUthUhRKxEN1o953s/UnbPsggimO"
    "osYNqW952y+OX3+32If0H21b0OWn048fN0jGbsuu62k+9sNJrPsp/VobFqzC3dYFa/HNr7"
    "dknSKeUB19mi8Wpp6EPktXV7tGAcFcjgmWdXGrFpLgEt4HPdjAJWxrk9rIGtW1pWbf7Ddg"
    "wsrQnbcHsB3AjusWkMZdNO5ffO/W1OVGWtI8c5tJCUzedSavCBStsJi+i/Y9is7Z2vwVUl"
    "ESJ5tDWRKs0p2zOZR215x5Ogx0VRaGutNDDeVouhHR6BOJw8jqAIKCCITOHOTZrJezUHpB"
    "g7lieXPQZq0Qptn6xoobfa5QKlRf/F14TJ/sU3/iz5MBemasFI8eZWcOqS7myGcmjl29ZT"
    "Svs3Ps56EbmEjM8+tp+T/IvIHS5DLb4eX3a4qd4m/DiNBrGWh2+OrVGjS98K1ln+HxYyX5"
    "xDl0vm2ruZ/k3X7tMYd3klNvIr7ZZFIz3xmLCKb1oGcSFazHLPWk9Ycxn11cfCzBffahiu"
    "eXT2fvPz9+brBXjULZML8PI6y+N3MaEnN7qRHCcQs7/H46onj8xNlvxPjbmn2lhQatCki8"
    "aLq+w5Rgn3BF/+MIeyQNwjAuT7XpCSL1qaKCIDKZqH4FworwhzQtnK9Z5RjrXhM1Sbg5Fp"
    "XEzAvS0voEqYcTPK31te7loRvoIOb/dipILgIaiI0GYsZuFelml/hCAHJGq/4APfGH6Rdk"
    "p9CtiPbI37JnvQ5K9j8IYqZ0RUGGbKYGwGbxqojBEvZHDapO59BWRCGOumtfT0fY9qXZ6p"
    "rM/IubrSw73S7XZthpc0V2DXU5QZgyTUcNdZ0STEUa3pzuvgIZ7zxit4TXMefNOgNGDIz4"
    "0LmCxX7iceJIxsqSQMZgO2lKyzHumHfMa8zMKTZo3VZy144evHX3lkxG7QeKVKIZ474whx"
    "tqS0hAohjF6r31iS8zc63WGOPUxwY7SbPLq3En2a6366HsJFgtYjb247w9WJBdYlsjLGq2"
    "7Zbs8VwAMm7t0S6+pgXmFTGY6C7u83jhX1g3Oq4gAueBblBZKnWI2Ez4pQTMdZdsG8Knob"
    "BNEylLAfAOwIMZ3WkoQHOz1dw+k+tQo9vif29oOVhHl+MFoTWVuiutdilqqB3apjb1u1B4"
    "SilDM5wlI0sW+fWhuzr+NvTM00zkrgmLfXKSFcMeCXxLHj8ZrSqBe3rmBkpj+Smri8IdpZ"
    "5XxftTs2EvHs5mLbMlXHsvsdodXo53km1tqWYGm2iZDx1sMaeeW4plURBICJCQhrP/yDhg"
    "7OYKc7UjNp0AWG3TSjxmaeuhNM3XtSNTpPDiuuqJ8R6Osl7EUw9H0QhN8VyH7OmEIWx+Qp"
    "oclDkcTZ2m9EqNeXmrXUPhlX18wXAWx2Fxs4LazKNhzMkk/GZDEcpSQBRcDjUATzNQhZ1S"
    "hfe3hMq3LKFNPKHcoJUk6DOupJqDCV2XIZjOhTYP6EAjPYo6Il//O2AJ19dxuk3X2wiWuc"
    "S6+cB0sIZZYm9P3YBXdOgIXDBGHOmBtl2BcxlYezu39h7WmVh94jN6b1hFu70ATSbSp2pz"
    "D6de6ynhoRfUEYvsTiujwMs2d3GJ5iHYsna/cdHmbPvs+pa7YUU5h8LNbwPM66HtW4VEm2"
    "i9fNk1kXmDO6L2Sp4tG4Sz5j1E9/mzZ2ugq1o1omvuVTcyKkndVtYcrVQQgWilQyrm9cf/"
    "Ad1ySQ4="
)
