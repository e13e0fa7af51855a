"""The words of the audit trail are found in half the time.

PostgreSQL puts a function's expression in its place where every part of it is immutable. `text || bigint` is not (that
operator is for any type, and only stable); `text || bigint::text` is. And `translate` compares each character with all
that it is to replace, which takes longer than finding the words. The words are the same, and so the index stays.
"""

from functools import reduce

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

_BETWEEN_WORDS = """._:/@-+"<>#"""
_TEXT = """type || ' ' || actor_name || ' ' || coalesce(subject, '') || ' ' || reason || ' '
            || coalesce(before::text, '') || ' ' || coalesce(after::text, '') || ' '
            || coalesce(detail ->> 'message', '') || ' ' || coalesce(detail ->> 'code', '') || ' '
            || coalesce(detail ->> 'targets', '')"""
_SPACED = reduce(lambda text, sign: f"replace({text}, '{sign}', ' ')", _BETWEEN_WORDS, _TEXT)
_UP = f"""
CREATE OR REPLACE FUNCTION guildbus_audit_words(guild_id bigint, type text, source text, actor_name text, subject text,
    reason text, before jsonb, after jsonb, detail jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY['guild=' || coalesce(guild_id, 0)::text, 'type=' || type, 'source=' || source])
        || to_tsvector('simple', {_SPACED})
$$;
"""

_DOWN = """
CREATE OR REPLACE FUNCTION guildbus_audit_words(guild_id bigint, type text, source text, actor_name text, subject text,
    reason text, before jsonb, after jsonb, detail jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY['guild=' || coalesce(guild_id, 0), 'type=' || type, 'source=' || source])
        || to_tsvector('simple', translate(
            type || ' ' || actor_name || ' ' || coalesce(subject, '') || ' ' || reason || ' '
                || coalesce(before::text, '') || ' ' || coalesce(after::text, '') || ' '
                || coalesce(detail ->> 'message', '') || ' ' || coalesce(detail ->> 'code', '') || ' '
                || coalesce(detail ->> 'targets', ''),
            '._:/@-+"<>#', '           '))
$$;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return _UP


async def downgrade(db: BaseDBAsyncClient) -> str:
    return _DOWN


# What the models looked like then: `aerich migrate` compares with it.
MODELS_STATE = (
    "eJztXe9z27YZ/ldw/pLkTsslTtJ0zm53dpK12RK7FzvLtrYnQSRksqYADgCt6Lr+7wNAUi"
    "IpkiYoiabo90sbk3gJ6gEIPO9P/H40Zy4JxNPTyPXlZ7Y4OkG/H1E8J+ofG/dG6AiH4fqO"
    "viDxNDCNsW5lmkyF5NiR6uIMB4KoSy4RDvdD6TOqm15QggJf/YfNkPQIMqJICfnBCVI9EO"
    "oSd4QouSUcOR6m18R9is7VWwkld0uQT9EkJFwwKiZPdZ8uc1SnPr3ez+Mj6v83ImPJrol6"
    "IFed/PyruuyrB30jIv0zvBnPfBK4OQx9Vz/AXB/LZWiuffny4d3fTEv96tOxw4JoTtetw6"
    "X0GF01jyLffapl9L1rQgnHkrgZeGkUBMkwpJfiN1YXJI/I6lXd9QWXzHAU6EE6+sssoo4e"
    "G2R60v95+dfk1TLNxuPzi6vx5fur8fhoY0z1KxTGIbnkKBQ19lRqoH7/I37uGhBz9Uh38P"
    "bH08+PX3z3xEDAhLzm5qaB6+gPI4gljkUN6GuUryNfPa4M60vKFrMA35BywLOCBdjVGzcA"
    "PIFzhXfaZA34+iNIoUzB2gO86nXV//705+PjFy9eHz978d33r16+fv3q+2ffq7bmhTdvva"
    "4Zk7MPP3w4v9IvxNQ3HX/p+oIejjX8DpvPMS0fgOrJnpfa5aS/50HYZo6vQTVIbMB5Rb7J"
    "cjjT9gUg1YsNC8Kr9/8yE3IuxH8DfeH8n6efDa6fTv9lgJ0vkzsfL85/SJuv5+/5248XZw"
    "WwQw8LK7RXAgB3C7ix3MT6nYJL+vOKhTqWKIDtJiJP038MDPoPn95fXp1++imH/7vTq/f6"
    "znEO+/Tq43htWcO/egj6+uHqR6T/RP+5OH9fXIFW7a7+c6TfCUeSjdXmOcZuFpP0cnopP6"
    "yOZHx8o5C0+ZTyUvA9tfmeDIRl2+9dsJduvgB6c9DNX9awp1LdAX90D4x+L7ALFnHHCvK1"
    "BMzzFoA7jHMSYP2a1gy/KAksvzibo+lvxCmhQzXTeS3Saj73TGXtejpzgoV6QwvA1xKwXF"
    "vDPSUzxkuW679fXpyXw72WKNJ935HofyjwxQFaZmpw11DU416EuLCu6AdssJOZJNwG9pUA"
    "oN4edZdI7Ac2sK8lAHc73LXNfXaTsQfrC1Ps3Cwwd8cbd9gxq2q7eWt+PC9ewRRfGyD1L9"
    "a/L3GPnEXBTYXnJL01qnOcTFUjc+Vux8mPbKFucYSRFkK+OEETITFXs2KCHM8PXE4oWhBO"
    "0JRcR3SEJi6jZJJ4QuZIRI5DiHF/TGZq2mk54w5BTDs2Fr7udeLT8Szwrz05OSoMdvdv8A"
    "vF6lmRasHRAi+fogkzcIgJ0jcWHpbGybPqW3jqunqEeqlrIlUz04Rgx0MeFvo9fKn+t6Db"
    "enb6ZvQGTw94evbu6QGnRIfUOVnpbNhERmQrOnFA0O+FxyW7hw30GRGAfhvomcQlDPoDrV"
    "pi0vatVvW+oZ0s68fPX75++f2L716uVvPVlbpFfHPBTsiZBZ4Zie4QfXYgcGoya4Fl2hyA"
    "LAIZc38LKNcCAGYRzBBHogzMM8YCgmlFBMNKqADoVEntC9HVlW43qrOLi4+5jersQ5F/ff"
    "l09v7z4+dm11KNfFnBgB1MHRKUzt1auHNygLgF4itjgMVqkZOBBeOqP+ayt7EBpMJilrk7"
    "qjOaJWaUhnYzHRGcSIzQjLM5wo5DQjX2SDIkiJSBDgH+yn0pCUXTJZok76OuXxM+QThQO/"
    "kbFCpq5OunKknVas6o9NIwY98tD0XuouNf6C904gTYnxM1lKqfCfKFuanYnCTqX4mZLMBC"
    "ItMQzVhEXfRYDw9aeNpi58vkImWIs8WTEzThEaXqt0zQXC1sIn4O/oWqZU4Q5GEXqQaIRf"
    "KpiZie+0JoXy+Wpn/1VIrWl9ECi/gFrjmmCgOIrQaLG1jcRmBxazOj92JxuyVcr1QlU32O"
    "g6CSbWTEuuMaz/c7zV8cv/5uNbH1H3VT+fLT6cePm3M3wGXacvXcTdvD3G0TFweRRB0jDu"
    "HOEO780ECHcOeul3UId+4WcAh33mO4s4Mj0QragtwWwB4OabHANcScUGkJak4IEC3MVM9Y"
    "L/RPsLA7F6QGZPbYmbPKFyIi7tg+BTQnCJmgvc4EJd9CXz2uxSjnJXcwzD37nIY0yi5fjn"
    "lUYi6r9YRmpMAPauEHhXDAe4tJ01WCKAnaeEHyogMiBB37QUjokblCqSQ0sHa1ycnBemOx"
    "3gTMwYGd/X4lAeZke8ODDmKwc/WlAoB2C7uaDoywMqulAmBVa1XxR5J5aBPClZEYjFN1Z0"
    "o0J7d+uae6Es+sCAC6EY9MaNnie+ZfV0ckpyKDiS/smNKZKLJxRGVZxnS9laAgCmaCPpsJ"
    "soGJNjtuUQ5oToscwkg6rMxlW2M0WItASYL2NgOq5vU4ITEt7KAl4rDK9XmVy8U/2472hj"
    "CMdZ/H2uFE495ioPOS4MXq9TBHodtymPOSMMy9HuYkD6fFMOclYc3u8yi7RB/uwFuNc1EW"
    "RrpvI92T7MYPruLrTBLqLP9BlhVJjpuNRnW5jv66+fiGLBvmPH41qXooVKPu+CEO1pmHcT"
    "EtjNSz3pikQNPTI6Ev6LS9xyuZEUpzuEb65pPkb/QMzRhHlFGymfLYUb864/GKccl8QdCN"
    "mglCZy0qvVVNJl8SLSZOkCJbJl9y5geS8BFaVCZabpuLuHr3cgOHGucK4p+V241n4e60xH"
    "06h+f42zgg9Fp66s/jV68aGDwyynWidx8/VpJPWicm1lltt85KBMPtkfq4bOx4SXPwm7Up"
    "n8vc5djDwiub5RTzimUlJ1aMelhKIoYF/Vlik1tBr5A/+3B++vnf5difldjwzv599f4UDj"
    "bqILIajCfAwvdbYySOuauqMbK+W8u7k8i9hnz7FCXty7ntmtD6ruKzanlQ/xAoLm6rJ5/m"
    "pLpCriDBLRGbvHoPz99x6Y07AiF3Sbnul+J2yLn6WJajb4vm/XBg20TY7lNgB8SCy3Ps64"
    "tyVGTYH66St4uKHMY6Yhc3lhUZDJY7LL1YmXh5xzpcl30JeQGN12HJQt+xWYhXAhBO1Gwh"
    "7gmp/0HzlgpKv7pXS+gN82lM503rN2gSkJlMK9oJIuOqdpqCT5k0Je04mbNbc6AFvsW+mS"
    "im8d/0k1VzPyDonS8cxl1zBIXkLFJtyih+J30C7e/98lZN+/tPOwdTecV37I6JS9vDvtIi"
    "THWh0GnDorKCQKJaR+J3nerXbmUh9E9fLoeyvMzJfKqmrsMiapMWVRQDlaw4mVeMqMRlVp"
    "cpnJPrMFM4JTGHmygcs1Vbb05GDOKp+ubJgTDYBzfMYkmddlGwWUH4lPs2xj2x33wyxKXC"
    "gLO+Oaqz4MTkp7EJJ1RtGUU+RTg1rdT7TmOBsXGhLjzf8dAqxtDBlDKJBF6qX0ZuCUcTgW"
    "/J4yeTMkNOhz1vE7SYdmpvvM5KgnEHfLoHPB4Z45rv3FgZ15L2YPGxV3+50sRKapmdco4r"
    "YhpXEgW4h1fDLJ6tP/9agOw35tNWBC0nCAStbwQt5840FQ9YJNvVxSgRh/Hu83gLikPhMd"
    "vSzQUxKN7cGzf1T4YZV6g565u1ak7MrhuqOeeqC4F0fiIyp7hhc4BbfKIbMRKCxQe3qWkg"
    "FPbq7znRCQKIE50QRUzqlKd2UcaXm8rMHp4PHujek+JqJSUShNt6obMy4Im25squL8IAL6"
    "0PXynKAfT2dQtv1XfAbUBfS4Ba2CbfrUS7qXXbJRJQ2tfCYwcenVYT/tCUC03IWo1yThAU"
    "yL6NcU9Unc9qVa5QdNJbozo1Z2XQa+LL0Y33llq324eDenPA6g34YCCvrpcb037OOgxYiX"
    "JTfbxZ2h6iDiGzbt+ArkqilrgJ6yr8FAQHg2zHC3FK+zaxr9PGM1Kgkd+hkfeExp+GfnWt"
    "uvXNWiqPQ9+iNt2poddshjCKryOmC8MJwm99h5wgRgPFvqXQqWuepuE3JJRP0SSlWGJifg"
    "Oaq2kokA6JWsZRVmXcfl9d6Qp0kzT9xCTfaf0hCfxaeEyQWImQ6lYa0yV1Hl8cwzXHSzRn"
    "So2QHja5fcs3cU/qQTh9afPEAMsZ4/N9qBbVDsbd1y66W7c4+sssoo6eJMj0pP/z8q/3YE"
    "m+s5jRIefnDYi+hpzM/JLjeavhXksA4G3qcJA2xeiyUlCLroh801p05TVQaqoultc/gYne"
    "6HQ4h4WW4YlrkcHHJ2oMN6ITV4zJCrWcVDvgDse5UBHXCQURW03CQ/DUlA3z1Kp4bl4KFn"
    "MoLtAe+Hs6uflb6KvPqI0bOicJfug+r26c3LKbVptYXhJGuc+jHGAhx1G7oJKiLIx030a6"
    "Jwbpj+zap5f6uO0Ko3S+wajOMB3opmNzdndT4zRFF6eR9I6RkU2OLVno7Fs9eRGjjpIylt"
    "zr0hNQ2jxgC7uu+W0trDJ5uV3ZZe41gqQzq0y1/ddRU3B8S7ivblqFDW8IAtVvk1VKXMUY"
    "Ham+JBvwC2IAfZtYErBiDJUX9FSbg2EeJP27JCZ4p4L7Ze7WEj9B1iFATSISkvYJW9OOdx"
    "MRwGYmOsDXVXmZQsybII+pX4Gk0ll1RAB1+NIcbxfHAaMFmZZFIez68VsFArRgixkhoIq7"
    "oYo6KbKNVTIjB3HGra2SQFcGu4/ly8zIlsOclwRjVZ9H2ZgWBSG0rVkyIwsfdK+HGvSPBz"
    "HM4E56CKNsqKzSAssqoNdXE1lLQVEL+6IWrqsGsSRQq6aqxVoEALePQNGq/Sbcf7+8OK+I"
    "PEkFiuuX70j0PzS4yDiNRD3qRYALq5F+QI8Oq/oiKksdp7dGddYrvcQ1Nl2lBz1pIZ15ov"
    "2O6q109WHJjNXIxcKbMvWrykxTtuKQ3t57M8cQqncNyDUG9bugftcDmeqdnyT1wPEGM3ar"
    "oTg0RdkYKeNYtpYWzqwwDHbvBrsnestbxgKXLaqc79nbozr9xUkaNtRhrpSSoVimiBP1HT"
    "af60JbpqiwkH4QIHPc3Ym+zShB6lmMj3Qmv2mvdJaAxFn5KK5LPFGXTEr+o0ebGs8+OzNF"
    "AfTDJ3Eev1bUtdzPaTe6kpggavK6AgmfOgQ9//PrZ78+RVe1xccScTOzdTEB9uQkriOgut"
    "vRYTA9KnwFetpRdsBt2FRRDvS1FqRKfV82mCfNAeoWUOu10sYwmrbfyi56QKDvzDCaA73N"
    "0SK7PFDkgAYA2GNz9viDZgKXREqFtfgxPvChgklWNa1llTHTEInUODlSohnFvFBUTvElE4"
    "RpiJx5mCJb6ePuqv+aCKfEq+b4v/12BRRvIBQvGeXNwaisbJiRGFLk585KRmqobchE2h7I"
    "xBZkwt4eBUaontKI3EEcVlVKoDrJFjWYY43drj5jXgrOf+tN5EeO2DYhv5astxnbPd3gnP"
    "rMtjcpF42tnTG5dDxMdbgHpkudk6TPauNsYU46SEnss7Kwkd12YAynai5IzoJxcnldVDUp"
    "gap6y/BqU4xVevrEOdNbyJlDhDbscoJVd9dqUo0QFnEhVfWo+EWARAOJBhINJLpXJBoO5H"
    "oQpDodLDtynZcCkt2KZOeYxSb6dQdKlAjDoRLNt++eEPNzVllPKr1VS8Mpa1xC6qumo/oR"
    "ajIwriiyxyLFiW/UshAbhOdkPiX8DZqs1ThDduOZsT5RGSsqG5owrVWcgnkNU0Nqk5R32C"
    "8cRNADlbeOGPdITekHQe76+BzzqbUZgJwkjED7EUgXwtJBqKZbRTkgXC0Il1Tw2oCetgew"
    "2yQ5gAtmiNriPXsGDmhoD8M18BVzqn5ghRKSuVurhyzido0dAUn7VqRfy1YpGzt9MqgTPf"
    "hMQJ3oMZkFdeK+RwDUifus64xFmdm2rqRzKgGAg0oBKgWoFENUKd4R7H4kUlZWm8k3qFUs"
    "XNV0HJi2DZULHeiupVAspRSBKXOXkyTuJy5kPFHUP1gqZj8ZqX/jxZh8cwgPpVEUFlo7cI"
    "yTgjKpI3oomhITv1MeVr/X3kAJ6cGH1U8lpGdRkvdUMhkiVXc0xTN2csv83u7zegdTCgh0"
    "iI4B10ca2cCdtgewW4CtudAm2NVhm2l7KDDZPmozQzCtlpW8GJS9sp/t6kdHVmvLSgAWlz"
    "bWIF0DZ3yjfq0N5nkpmOZtcbezN2dlAHN7zGc+F7JFIH5WDqygvbaCmqNPbb6plUCHahcL"
    "CR2O6qXr2JYU+qmMuc9IDCbWfmcpWupTYMGtdR5JQQw2hzYTOYGwzbkkOVE4mKRvO0RPXD"
    "pv42yjygqcq7uj+gKcpp1p1MiPw9lihHwXPT8xKdeWeda6FCZFvkTcVzfKfTc772HXBxHM"
    "cRBUbkhDy9t+cfz6u9U+pP+o24IuP51+/LhFMnZddt1A87EfTmLdT/HXWrFgZe7WLlirb7"
    "7ZknWKeER19Gm6WJh6EvosXV3tGnkEczklWJbFrVpIgku4C3qwhUvY1ia1lTWqb0tN1+zX"
    "Y8LK0J22B7BbgB2WLSCVu2g4vPjenanLlbSkeuZWkxKYvE0mr/AUrbCYvqv2A4rO2dn8FV"
    "JRklY2h7wkWKV7Z3PI7a4p82wx0EVZGOpeDzWUo+lHRKNLJPYDqwMIMiIQOnOQZ7NeLnzp"
    "eBXmivXNUZ21QphmzY0VN/pcoViovPi7cJg+2af8xJ8nI/TMWCkePUrOHFKPWCKXmTh29Z"
    "bBsszO0U2nW5hITP/ltPwfZFlBaVKZ3fDy+zXFzvG3cUDotfQ0O3z1qgFNz3xryWd4/FhJ"
    "PmkdOl+31dxP8u6w9pjDO8lpMBHfbDYrme+MBQTTctATiQLWUxZ70obDmM8uLj7m4D77UM"
    "Tzy6ez958fPzfYq0a+rJjfhxFWP5g5DYm5g9QI4biFPX4/PVE8fuLsN2L8bdW+0kyDWgUk"
    "XDVt7jAl2CVc0f8wwA6JgzCMy1NteoJIfaqoIIjMZuq5AmFF+H0aF87XrHKK9VMjNUm4OR"
    "aVhMzx4tL6BKnOCZ6X+lo76XQLHcT8304FSUVAA7HRQMzYbSJd7RJfCUDOaNEfoCf+OP6C"
    "7BS6DdEB+Vs61uugZP+DIGZKVxRkzBZqAGwWr4IYLGF/lKDa6hzagijEUfft6+kJ2740W1"
    "2VmX91s5Zlx9tlY4YdN1dk11CXE4Qp03TUUNc5wVTE4c3x7iuQ8c4jdkt4GXPe7mHAiIER"
    "HzpXsNhPHE5akrG8JJAx2E6q0nKMO+Ydcyozc7INareV1LWjB6/p3pLIqP1AkUq0YNwV5n"
    "BDbQnxSBCiUL23PvFlYa6VGmNaPWOLnaTa5VW5k+zW2/VQdhKsFjEb+3HaHizIbWJbAyxK"
    "tu2a7PFUADJu7dHOvqYF5gUxmOht3Ofhyr/QNDouIwLngW5RWSp2iNhM+LUEzPU22TaEz3"
    "1hmyaSlwLgWwAPZvRWQwGam63m9plc+xrdGv97RctRE12OZ4QaKnVXWu1S1FA7tE1t6ne+"
    "cJRShhY4SUaWLHDLQ3d1/K3vmN5M5K4Ji31ykhTDngh8Sx4/mWwqgR31uYXSmO9lc1G4o9"
    "TzpvhwajZ04uGs1jJrwrU7idXu8XK8l2xrSzXT20bLfOhgiyV12qVYZgWBhAAJqTj7j0w9"
    "xm6uMFc7YtUJgMU2tcRjEbceS9O8qR2ZIoUX11VPjPdwkjxFPHVwEEzQHC91yJ5OGMLmJ8"
    "TJQYnD0dRpiq+UmJd3+mgovNLFFwxncRwWN8uozTwYh5zM/G82FCEvBUShzaEG4GkGqrBX"
    "qvD+llD5lkW0iifkG9SSBH3GlVRzMKJNGYJ5uNDmAR1opEdRR+Trf3ss4vo6jrfpchvBOp"
    "dYNx+ZBzQwS3TW6xa8okdH4IIx4kgPtO0KnMrA2tu7tfewzsQaEp/Re8Mm2vUFaBKRIVWb"
    "e0j1WomotEGsb9byitA0sw1eQwtfeqbUahIngGZ+EBBX7fUmDm2GeRKOttSpgG9MU/2Cep"
    "OP50ucHkgqjRB77QqMEmCUgFWtxipRnTrQRd7AA9u5Dy0ybjAlOICfQhBiz6DfSxBiZXXK"
    "fp3l8Hy/W+jOyvhCpFurReXQrBfpYNlV9MlLwU5xWJV9rsg8DNTIVCjV2dujOrVaJg0bKt"
    "axsp742zFN/OfIwUpxVaqOyQZ+gyaJsj7Rqi02m582qOt3HKHME2OzuSn5meygm/p1Jz2C"
    "mt1zNRvUPFDzhq/mZWycTTWPjAhoHqB5gOZxyDMbNA/YonuveSQxw/URxU1jiRuqHV/NaQ"
    "BkFbKThOaga3aCJgbuCVKKjFwmsb04CJROIIjDiZwg4V9TMUKEOnwZqimFpkvjZlPvsKlv"
    "7LcrUDR6rmiAPw/8eYPeRQoh3Vb7Ni+rfwhQN/XglSh2p5zjmrpEZXrd8BQ6jeDPvxbT48"
    "yOajM91xIwQ1vMUEI1EGXH9dQdX5KR6vAIk5R6HOwRJmBuOAJzw70vI2BugL2h7+aGU8J9"
    "xzsqMTUkd0Z1Zga8bnOXkaEa/B0r7ZVLfFPlMdn9+p6us+XqXq2jV26ebz3MbXfPw1wAbC"
    "p9pt+/qeqZ/9Q3K37mquLYIJw0HyC6z589a4CualWJrrlXTIKhkpSlwVS7+jIi4Oo7pIOA"
    "//g/e/Vjrw=="
)
