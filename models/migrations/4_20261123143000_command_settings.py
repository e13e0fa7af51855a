"""Settings of commands: since when a guild's settings are live, and the uses that count towards cooldowns."""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

_UP = """
ALTER TABLE guild_settings ADD COLUMN control_version bigint NOT NULL DEFAULT 0;
CREATE INDEX guild_settings_by_control_version ON guild_settings (control_version);
CREATE TABLE cooldowns (
    guild_id bigint NOT NULL, command_type text NOT NULL, who text NOT NULL, uses jsonb NOT NULL,
    until timestamptz NOT NULL, PRIMARY KEY (guild_id, command_type, who)
);
CREATE INDEX cooldowns_by_end ON cooldowns (until);
GRANT SELECT, INSERT, UPDATE, DELETE ON cooldowns TO guildbus_app;
"""

_DOWN = """
DROP TABLE cooldowns;
DROP INDEX guild_settings_by_control_version;
ALTER TABLE guild_settings DROP COLUMN control_version;
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return _UP


async def downgrade(db: BaseDBAsyncClient) -> str:
    return _DOWN


# What the models looked like then: `aerich migrate` compares with it.
MODELS_STATE = (
    "eJztXW9z27YZ/yo4v4l9p+USJ2k6Z7c7O8lab47di51lW9uTIBKyWFMEB0BWdF2/+x6ApE"
    "RSJE1Qf0zRz5s2JvGA1A8g8Hv+4veDCXeZL5+fTl1PfeazgxPy+0FAJwz+sXKvRw5oGC7v"
    "6AuKDn3TmOpWpslQKkEdBRdH1JcMLrlMOsILlccD3fQqYMT34D98RNSYESNKQMjzTwg8gQ"
    "Uuc3skYPdMEGdMg1vmPieX8FYS5O4Z8QIyCJmQPJCD5/qZLnfgoV5wu53up4H33ynrK37L"
    "oEMBD/n5V7jsQUffmEz+DO/6I4/5bgZDz9UdmOt9NQ/NtS9fzj/8zbTUrz7sO9yfToJl63"
    "CuxjxYNJ9OPfe5ltH3blnABFXMTcEbTH0/HobkUvTGcEGJKVu8qru84LIRnfp6kA7+MpoG"
    "jh4bYp6k//P6r/GrpZr1+5dXN/3rjzf9/sHKmOpXyI1DfMkBFDX2gdJA/f5H1O8SEHP1QD"
    "/g/Y+nnw9ffXdkIOBS3Qpz08B18IcRpIpGogb0Jcq3Uw+6K8L6OuCzkU/vWDHgacEc7PDG"
    "NQCP4VzgnTRZAr78CBIoE7C2AC+8LvzvT38+Pn716u3xi1ffff/m9du3b75/8T20NS+8eu"
    "ttxZicnf9wfnmjX4jDNx196fqCHo4l/A6fTGhQPADlkz0rtclJ/8iDsM4cX4JqkFiB84Z9"
    "U8VwJu1zQMKLdQvCm4//MhNyIuV/fX3h8p+nnw2un07/ZYCdzOM7F1eXPyTNl/P38v3F1V"
    "kO7HBMpRXaCwGEuwHcVK1i/QHgUt6kZKGOJHJgu7HI8+QfHYP+/NPH65vTTz9l8P9wevNR"
    "3znOYJ9cPYzWliX8i07I1/ObH4n+k/zn6vJjfgVatLv5z4F+JzpVvA+bZ5+6aUySy8ml7L"
    "A6iov+HSBp8yllpfB7avI9GQiLtt+HYC/cfBH0+qCbv6xhT6R2B/zBIzD6rcAu+VQ4VpAv"
    "JXCeNwDc4UIwn+rXtGb4eUlk+fnZPB3+xpwCOlQxnZcijeZzy1TWXU9nwaiEN7QAfCmBy7"
    "U13EM24qJguf779dVlMdxLiTzd9xxF/kd8T+6hZaYCdw1FNe55iHPriu5ghZ2MFBM2sC8E"
    "EPXmqLtMUc+3gX0pgbjb4a5t7qO7lD1YXxhS525GhdtfucOPeVnb1VuT40n+Cg3orQFS/2"
    "L9+2L3yNnUvyvxnCS3elWOkyE0Mlcedpz8yGdwSxBKtBDx5AkZuDxgA+KMPd8VLCBy6jiM"
    "GQfHYAQTi7kDYhwehGvXxczT/Q68oD/yvduxGhAqGJlCA0FmdL7qTNnNI9dwsLTN9vw0HC"
    "6KK1qwzJ0HZcbppH0jJ0vbqH/sZTl++frt6+9fffd64VxZXKnyqaz6T/QHZQFm0nx3WL7Y"
    "EyCj5ccCyqUAgpkHM6RTWQTmGec+o0GJX2QhlAN0CFLbQnRxZbfr59nV1UWGyZyd5xWiL5"
    "/OPn4+fGmWWGjkqRIP6mJ3tJi7GRmcvjftoYTvI3ZRwgpTdyuJYcxRanJDHfUSS/TISPAJ"
    "oUDLQhh7ojiRTClfh7l8FZ5SQNqGczKI3weu3zIBtMyHfeUdCalQnu4VJKHVhAdqnITSAF"
    "tZYYi7evAvwS/BwPGpN2EwlPCcAbBRc1MqmOLwL6rMnz6VipiGZMSBZ5JDPTxkBsQSOlLx"
    "xYATwWdHQGfFNAjgtwzIBFY1GfVDfwlgjZOMjKlLoAHhU/XcRAVNPCm1PZMq83zoNSDLy8"
    "BoZfQCt4IGgAHGD+0DncX4oUeNH8JQlx0aZO+Z0CtVwVSfUN8vZRspsd1xjZfbneavjt9+"
    "t5jY+o+qqXz96fTiYnXu+rRIdyufu0l7nLtNfL/oLdsx4hjSgyE9Tw10DOnZ9bKOIT27BR"
    "xDerYY0uPQqWwEbU5uDWD3h7RY4BpSwQJlCWpGCBHNzdSxsV7on2Bhd85JdcjssTHXiSfl"
    "lLl9+zSHjCBmO7Q624F9Cz3orsEoZyU3MMwt+5y6NMqumPfFtMBcVukGTUmhH9TCD8rNe8"
    "lVtMsD6FIia0XQ7dFSuZXQRZ0JHzC/iRckK9ohQrBjPwgLx2wCKBVEVlWuNhk5XG8s1huf"
    "O9S3s98vJNCcbG940EEMdq6+RADRbmBX04ERVma1RACtao2y2hWbhDYhXCmJzjhVN6ZEC3"
    "bvFXuqS/FMiyCgK9GxLChafM+82/L42ESkM/GFO6Z0JoqsPw1UUVZQtZUgJ4pmgjabCdKB"
    "iTY7bl4OaY79vsunyuFFLtsKo8FSBNPumtsMApjX/ZjENLCDFojjKtfmVS4T/2w72ivCON"
    "ZtHmtHMI17g4HOSqIXq9XDPA3dhsOclcRhbvUwx3k4DYY5K4lrdptH2WW6gLFoNM55WRzp"
    "to10S7Ibz13g61yxwJn/g81LkhxXG/Wqch29ZfP+HZvXzHn8alL1SAij7ngh9ZeZh1F5CU"
    "qgr3cmKdA86ZnUF3Ta3uFCpkeSHK6evnkU/01ekBEXJOABW0153NFzdcbjDReKe5KRO5gJ"
    "Umctgt4Kk8lTTIvJEwJky+RLjjxfMdEjs9JEy3VzERfvXmzggHEuIf5puc14Fh5OS9ymc3"
    "hCv/V9FtyqMfx5/OZNDYNHSrmO9e7jQ5A8apyYWGW1XTsrEQ23B/Bx2djx4uboN2tSIo67"
    "8/6YynHRLA+oKFlWMmL5qIe5YrJb0J/FNrkF9ID82fnl6ed/F2N/VmDDO/v3zcdTLN6/g8"
    "hqNJ4gC99ujZEo5q6sxsjybiXvjiP3avLtUxK3L+a2S0LrucBnYXmAf8i43JuefJqTguBE"
    "Mv+eyVVevYX+N1x644FAyE1SrseluDvkXG0sy9G2RfNxOLBtIuzuU2A7xIKLc+yri3KUZN"
    "jvr5K3iYocxjpiFzeWFukMlhssBFiaePnAOlyVfYl5AbXXYcVDz7FZiBcCGE5UbyFuCan/"
    "QfOWEkq/uFdJ6A3zqU3nTet3ZOCzkUoq2kmmoqp2moIPuTIl7QSb8HtT4ZneU89MFNP4b7"
    "pnaO75jHzwpMOFS8bQXgk+hTZFFH8nz0Ta3/rlrZz2t592dqbyiufYHYWStMd9pUGY6gzQ"
    "acKi0oJIohpH4u861a/ZysKCP3257sryMmGTIUxdh08Dm7SovBiqZPnJvGBEBS6zqkzhjN"
    "wOM4UTErO/icIRW7X15qTEMJ6qbZ4cDIN9csMs54HTLAo2LYifctvGuCX2m0+GuJQYcJY3"
    "e1UWnIj81DbhhNCWB8QLCE1MK9W+00igb1yos7HnjMkixtChQcAVkXQOv4zdM0EGkt6zw6"
    "NBkSFnh09eJ2gxeai98ToticYd9Onu8XikjGuec2dlXIvbo8WnwVHDoIkV1DI7FYKWxDQu"
    "JHJwd6+GWTRbf/41B9lv3AsaEbSMIBK0thG0jDvTVDzgU9WsLkaBOI53m8dbBjSUY25buj"
    "knhsWbW+Om/skw4xI1Z3mzUs2J2HVNNecSHiGJzk8k5hQ3ag5wi050Y0ZC8ujgNpgGErCH"
    "vydMJwgQwXRCFDOpU2PYRbkoOOV4C/2jB7r1pLhcSZlKJmy90GkZ9ERbc2XXk6FP59aHr+"
    "TlEHr7uoX38B0IG9CXEqgWNsl3K9BuKt12sQSW9rXw2KFHp9GE3zflQhOyRqOcEUQFsm1j"
    "3BJV5zOsyiWKTnKrV6XmLAx6dXw5uvHWUus22zmqN3us3qAPBvPqWrkxbeesQ58XKDflx5"
    "sl7THqEDPrtg3ooiRqgZuwqsJPTrAzyO54IU5o3yr2Vdp4Sgo18gc08pbQ+NPQK69Vt7xZ"
    "SeVp6FnUpjs19JqPCCXRdcJ1YTjJxL3nsBPCAx/Yt5I6dW2safgdC9VzMkgolhyY30AmMA"
    "0l0SFR8yjKqojbb+tRugLdIEk/Mcl3Wn+IA79mYy5ZpEQouJXEdCmdxxfFcE3onEw4qBFq"
    "TE1u3/xd9CToiCYvbXr0qRpxMdmGalHuYNx87aKHdYuDv4ymgaMnCTFP0v95/ddHsCQ/WM"
    "xon/PzOkRfQ8FGXsHxvOVwLyUQ8CZ1OFiTYnRpKaxFl0e+bi264hooFVUXi+uf4ESvdTqc"
    "w0PL8MSlSOfjEzWGK9GJC8ZkhVpGqhlw++NcKInrxIKIjSbhPnhqioZ5aFU8NyuFizkWF2"
    "gO/COd3Pwt9OAzauKGzkiiH7rNq5tg9/yu0SaWlcRRbvMo+1Sq/rRZUEleFke6bSPdEoP0"
    "Bb/1gmt93HaJUTrboFdlmPZ10745u7uucTogV6dTNT4mRjY+tmSms2/15CU8cEDKWHJvC0"
    "9AadLBGnZd89saWGWycpuyyzxqBMnOrDLl9l8HpmD/ngkPblqFDa8IItVvklXKXGCMjoIv"
    "yQb8nBhC3ySWBK0YXeUFLdXmcJg7Sf+umQneKeF+qbuVxE+yZQhQnYiEuH3M1rTj3UQE8J"
    "GJDvB0VV4OiI0HZMzhVxAFOquOCAgcMTfH20VxwGTGhkVRCJvufq1AgAZsMSWEVHEzVFEn"
    "RTaxSqbkMM64sVUS6Upn97FsmRnVcJizkmisavMoG9OiZCxoapZMyeIH3eqhRv3jSQwzup"
    "OewigbKgtaYFEF9OpqIkspLGphX9TCdWEQCwK1KqpaLEUQcPsIFK3ar8L99+ury5LIk0Qg"
    "v355jiL/I52LjNNIVKOeBzi3GukOWnRY1RdZWuo4udWrsl7pJa626So56EkL6cwT7XeEt9"
    "LVhxU3ViOXyvGQw68qMk3ZimN6e+vNHF2o3tUh1xjW78L6XU9kqu/8JKknjjeasRsNxb4p"
    "ysZIGcWyNbRwpoVxsFs32C3RW95z7rt8VuZ8T9/uVekvTtywpg5zA0oGsEwZJeo7fDLRhb"
    "ZMUWGpPN8n5ri7E32bB4xAX1z0dCa/aQ86i8+irHwS1SUewCWTkv/s2arGs82HmaIAuvNB"
    "lMevFXUt93PyGF1JTDKYvK4k0gscRl7++e2LX5+Tm8riY7G4mdm6mAA/OonqCMDjNnQYTI"
    "sKX6GedpAecBs2lZdDfa0BqYLvywbzuDlC3QBqvVbaGEaT9mvZRfcI9I0ZRjOgNzlaZJMH"
    "iuzRACB7rM8ef9BM4JopBVjLH6MDH0qYZFnTSlYZMQ0ZS/XjIyXqUcwroHLAl0wQpiFypj"
    "MgW0l3D9V/jYUT4lVx/N92H4UUryMULx7l1cEorWyYkuhS5OfGSkZqqG3IRNIeycQaZMLe"
    "HoVGqJbSiMxBHFZVSrA6yRo1mCON3a4+Y1YKz39rTeRHhtjWIb+WrLce2z1d4Zz6zLZ3CR"
    "eNrJ0RuXTGNNDhHjSY65wkfVab4DNz0kFCYl8UhY1s9gHGcApzQQnu9+PLy6KqcQlUeFqK"
    "V5tirGqsT5wzTwsFd5jUhl3BKDzuFiZVj1AZFVKFrqIXQRKNJBpJNJLoVpFoPJDrSZDqZL"
    "DsyHVWCkl2I5KdYRar6FcdKFEgjIdK1N++W0LML3lpPankViUND3jtElJfNR3VXcBk4AIo"
    "8phPgRPfwbIQGYQnbDJk4h0ZLNU4Q3ajmbE8UZkClQ1NmNYiTsG8hqkhtUrKd/hcPIigBS"
    "pvFTFukZrSDoK86+NzzKfWZAAykjgCzUcgWQgLB6GcbuXlkHA1IFwK4LUBPWmPYDdJckAX"
    "TBe1xUf2DOzR0O6Ha+ArFQH8wBIlJHW3Ug+ZRe1qOwLi9o1Iv5YtUzY22jOqEy34TFCdaD"
    "GZRXXisUcA1YnHrOtMZZHZtqqkcyKBgKNKgSoFqhRdVCk+MOpeMKVKq81kG1QqFi407fum"
    "bU3lQge6aykSSYEiMOTufBDH/USFjAdA/f05MPtBD/5NZ332zWEiVEZRmGntwDFOioArHd"
    "ETkCEz8TvFYfVbfRoqIS34sNqphLQsSvKRSiZjpOqGpnjKTm6Z37v7vN7OlAJCHWLHgOsj"
    "jWzgTtoj2A3A1lxoFezysM2kPRaYbB61mSKYVstKVgzLXtnPdvjRU6u1ZSGAi0sTa5Cugd"
    "O/g19rg3lWCqd5U9zt7M1pGcTcHvORJ6RqEIiflkMraKutoOboU5tvaiGwQ7WLhyzojuql"
    "69gWFPopjblPSXQm1n5jKVrwKXD/3jqPJCeGm0OTiRxD2ORckowoHkzSth2iJS6d91G2UW"
    "kFzsXdXnUBTtPONKrlxxF81iOeS16emJRryzxrXQozIJ4iwoMbxb6bjT9h0wcRTKjvl25I"
    "XcvbfnX89rvFPqT/qNqCrj+dXlyskYxdlV3X0Xzsp5NY91P0tZYsWKm7lQvW4puvt2SdEj"
    "ENdPRpsliYehL6LF1d7ZqMGRVqyKgqilu1kESX8C7owRouYVub1FrWqLYtNbtmv2MurQzd"
    "SXsEuwHYYdECUrqLht2L792YulxKS8pnbjkpwclbZ/LKMdAKi+m7aN+h6JyNzV+pgJI0sj"
    "lkJdEq3TqbQ2Z3TZhng4HOy+JQt3qosRxNOyIaXaao51sdQJASwdCZvTyb9XrmKWdcYq5Y"
    "3uxVWSukaVbfWHGnzxWKhIqLv0uH65N9ik/8OeqRF8ZK8exZfOYQdDEnLjdx7PCW/rzIzr"
    "Gbh65hIjHPL6bl/2DzEkqTyGyGlz+uKXZCv/V9FtyqsWaHb97UoOmpby3+DI8PQfKoceh8"
    "1VbzOMm73dpj9u8kp85EfPPRqGC+c+4zGhSDHkvksB7yyJPWHcZ8dnV1kYH77DyP55dPZx"
    "8/H7402EMjT5XM7/0Iq+/MnMbE3E5qhHjcwha/n5YoHj8J/hsz/rZyX2mqQaUCEi6a1neY"
    "MuoyAfQ/9KnDoiAM4/KETU8ypU8VlYyw0Qj6lYQC4feCqHC+ZpVDqnudwiQR5lhUFnJnHJ"
    "XWZwQezuik0Ne6k4euoYOY/9upIIkIaiA2GogZu1Wky13iCwHMGc37A/TE70dfkJ1CtyLa"
    "IX/LjvU6LNn/JIgZ6IqS9fkMBsBm8cqJ4RL2RwGqjc6hzYliHHXbvp6WsO1rs9WVmfkXNy"
    "tZdrRd1mbYUXMgu4a6nBAacE1HDXWdMBrIKLw52n0lMd55wu+ZKGLO63WGjBgZ8b5zBYv9"
    "xBGsIRnLSiIZw+2kLC3HuGM+cKc0MyfdoHJbSVw7evDq7i2xDOwHQCrJjAtXmsMNtSVkzP"
    "yQhPDe+sSXmblWaIxp1McaO0m5y6t0J9mst+up7CQUFjEb+3HSHi3ITWJbfSoLtu2K7PFE"
    "ADNu7dFOv6YF5jkxnOhN3Ofhwr9QNzouJYLnga5RWSpyiNhM+KUEzvUm2TZMTDxpmyaSlU"
    "LgGwCPZvRGQ4Gam63m9pndehrdCv97ScteHV1OpIRqKnU3Wu0Caqgd2qY29QdPOqCUkRmN"
    "k5EV993i0F0df+s55mkmcteExR6dxMWwB5Les8OjwaoSuKNnrqE0Zp+yuig8UOp5Vbw7NR"
    "t24uEs1zIrwrV3Eqvd4uV4K9nWlmrmeB0t86mDLeeB0yzFMi2IJARJSMnZf2w45vzuhgrY"
    "EctOAMy3qSQes6h1X5nmde3IAQG8hK56YryHg7gX+dyhvj8gEzrXIXs6YYianxAlB8UOR1"
    "OnKbpSYF7eaNdYeGUXXzCexbFf3CylNgu/Hwo28r7ZUISsFBKFJocaoKcZqcJWqcLHexao"
    "93walPGEbINKkqDPuFIwB6dBXYZgOpfaPKADjfQo6oh8/e8xnwp9nUbbdLGNYJlLrJv3TA"
    "c1zBI7e+oavKJFR+CiMeJAD7TtCpzI4NrburV3v87E6hKf0XvDKtrVBWhikS5Vm3s69VpP"
    "mfCccRGxiO9UMgq6bPMQlygfgg1r92sXbY63z7ZvuWtWlGtQuPn9mIpiaLtWIdEmWi9Zdk"
    "1kXu+BqL2MZ8sG4bh5B9F9+eJFDXShVSm65l5+IwsUK9rKyqOVUiIYrbRPxbz++D8UX2WU"
)
