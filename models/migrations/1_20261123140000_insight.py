"""What pages read: words of the audit trail, notes on members, and how many events of each kind an hour brought.

The index of words holds, beside the words of a line, its guild, type and source, so that one index answers every
combination of filters. Intents are left out: each is followed by a line that says how it ended, in the same words.
"""

from tortoise import BaseDBAsyncClient

RUN_IN_TRANSACTION = True

_UP = """
CREATE FUNCTION guildbus_audit_words(guild_id bigint, type text, source text, actor_name text, subject text,
    reason text, before jsonb, after jsonb, detail jsonb) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(ARRAY['guild=' || coalesce(guild_id, 0), 'type=' || type, 'source=' || source])
        || to_tsvector('simple', translate(
            type || ' ' || actor_name || ' ' || coalesce(subject, '') || ' ' || reason || ' '
                || coalesce(before::text, '') || ' ' || coalesce(after::text, '') || ' '
                || coalesce(detail ->> 'message', '') || ' ' || coalesce(detail ->> 'code', '') || ' '
                || coalesce(detail ->> 'targets', ''),
            '._:/@-+"<>#', '           '))
$$;
CREATE INDEX audit_by_words ON audit USING gin (
    guildbus_audit_words(guild_id, type, source, actor_name, subject, reason, before, after, detail)
) WHERE phase <> 'intent';
CREATE TABLE notes (
    id uuid PRIMARY KEY, guild_id bigint NOT NULL, member_id bigint NOT NULL, moderator_id text NOT NULL,
    text text NOT NULL, at timestamptz NOT NULL, command_id uuid NOT NULL UNIQUE
);
CREATE INDEX notes_by_member ON notes (guild_id, member_id, at);
CREATE TABLE event_counts (
    guild_id bigint NOT NULL, hour timestamptz NOT NULL, type text NOT NULL, count bigint NOT NULL,
    PRIMARY KEY (guild_id, hour, type)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON notes, event_counts TO guildbus_app;
"""

_DOWN = """
DROP TABLE event_counts, notes;
DROP INDEX audit_by_words;
DROP FUNCTION guildbus_audit_words(bigint, text, text, text, text, text, jsonb, jsonb, jsonb);
"""


async def upgrade(db: BaseDBAsyncClient) -> str:
    return _UP


async def downgrade(db: BaseDBAsyncClient) -> str:
    return _DOWN


MODELS_STATE = (
    "eJztXWtz27gV/SsYf1l7Rs0kTrLZJp3O2Em669axd2Kn6WM7EkxCFtcUwAKgFc12/3sBkB"
    "QfImmCkmiKvl92YxIXpA5A4NwnfjuYM5f44tlJ6HryM1scvEW/HVA8J+ofa/dG6AAHQXpH"
    "X5D4xjeNsW5lmtwIybEj1cUp9gVRl1wiHO4F0mNUN72kBPme+g+bIjkjyIgiJeT5b5F6Aq"
    "EucUeIknvCkTPD9Ja4z9CFeiuh5O4J8iiaBIQLRsXkmX6myxz1UI/e7qb7kHr/DclYslui"
    "OuTqIf/+j7rsqY6+EZH8GdyNpx7x3RyGnqs7MNfHchmYa1++nH34i2mpX/1m7DA/nNO0db"
    "CUM0ZXzcPQc59pGX3vllDCsSRuBl4a+n48DMml6I3VBclDsnpVN73gkikOfT1IB3+ahtTR"
    "Y4PMk/R/Xv05frVMs/H44vJ6fPXxejw+WBtT/QqFcYgvOQpFjT2VGqjffo/6TQExVw/0A9"
    "7/dPL58OX3RwYCJuQtNzcNXAe/G0EscSRqQE9Rvg091V0Z1leULaY+viPlgGcFC7CrN24A"
    "eAznCu+kSQp4+hEkUCZg7QBe9brqf3/44/Hxy5dvjp+//P6H16/evHn9w/MfVFvzwuu33t"
    "SMyenZj2cX1/qFmPqmoy9dX9DDkcLvsPkc0/IBqJ7sealtTvpHHoRN5ngKqkFiDc5r8k2W"
    "w5m0LwCpXmxYEF5//IeZkHMh/uvrCxd/P/lscP108g8D7HwZ3zm/vPgxaZ7O34v355enBb"
    "CDGRZWaK8EAO4WcGO5jvUHBZf05hULdSRRANuNRZ4l/xgY9GefPl5dn3z6OYf/h5Prj/rO"
    "cQ775OphtLak8K86QV/Prn9C+k/0r8uLj8UVaNXu+l8H+p1wKNlYbZ5j7GYxSS4nl/LD6k"
    "jGx3cKSZtPKS8F31Ob78lAWLb9PgR76eYLoDcH3fxlDXsi1R3wB4/A6HcCu2Ahd6wgTyVg"
    "nrcA3GGcEx/r17Rm+EVJYPnF2Rze/EqcEjpUM51TkVbzuWcqa9fTmRMs1BtaAJ5KwHJtDf"
    "cNmTJeslz/9eryohzuVKJI9z1Hov8h3xN7aJmpwV1DUY97EeLCuqI7WGMnU0m4DewrAUC9"
    "PeoukdjzbWBPJQB3O9y1zX16l7EH6ws32LlbYO6O1+6wY1bVdv3W/HhevIIpvjVA6l+sf1"
    "/sHjkN/bsKz0lya1TnOLlRjcyVhx0nP7GFusURRloIeeItmriMkglyZp7vckKRCB2HEOPg"
    "mEzVxCLuBBmHB2LadbHwdL8Tj46nvnc7kxOEOUGhasDRAi/XnSndPHIDB0vfbM9Pw+Eimc"
    "Qly9wZrTJOJ+1bOVn6Rv1jL8vxi1dvXv3w8vtXK+fK6kqdT2Xdf6I/KAswk+bdYfl8T4CM"
    "lh8LKFMBALMIZoBDUQbmKWM+wbTCL7ISKgB6o6R2hejqSrfr5+nl5XmOyZyeFRWiL59OP3"
    "4+fGGWWNXIkxUe1NXuaDF3czIwfa/7QwnfR+yighVm7tYSw5ijNOSGOuollhihKWdzhBUt"
    "C9TYI8mQIFL6OszlK/ekVKTtZokm8fuo67eEK1rmq33lHQowl57uVUmqVnNG5SwJpVFsZY"
    "0hdvXgX+gvdOL42JsTNZTqORPFRs1NIdUUV//C0vzpYyGRaYimTPFMdKiHBy0UsVQdyfgi"
    "ZYizxZGiszykVP2WCZqrVU1E/eBfqFrjBEEz7CLVALFQPjNRQXNPCG3PxNI8X/VKUXpZMV"
    "oRvcAtx1RhAPFD+0BnIX7oUeOHINSlQ4PsPeF6pSqZ6nPs+5VsIyPWHdd4sdtp/vL4zfer"
    "ia3/qJvKV59Ozs/X566Py3S36rmbtIe528b3C96yjhGHkB4I6XlqoENIT9fLOoT0dAs4hP"
    "TsMKTHwaFoBW1BbgNg94e0WOAaYE6otAQ1JwSIFmbqzFgv9E+wsDsXpAZk9tia68QTIiTu"
    "2D7NIScI2Q69znYg3wJPdddilPOSWxjmnn1OQxplly/HPCwxl9W6QTNS4Ae18IMy815iHe"
    "3qALqMyEYRdHu0VO4kdFFnwlPit/GC5EUHRAg69oOQYEbmCqWSyKra1SYnB+uNxXrjMwf7"
    "dvb7lQSYk+0NDzqIwc7VlwgA2i3sajowwsqslgiAVa1VVrsk88AmhCsjMRin6taUaE7uvX"
    "JPdSWeWREAdC06ltCyxffUu62Oj01EBhNf2DGlM1Fk45DKsqygeitBQRTMBH02E2QDE212"
    "3KIc0Bz7fZeF0mFlLtsao0EqAml37W0GVM3rcUxiWthBS8RhlevzKpeLf7Yd7TVhGOs+j7"
    "XDica9xUDnJcGL1ethDgO35TDnJWGYez3McR5Oi2HOS8Ka3edRdokuYMxbjXNRFka6byPd"
    "k+zGM1fxdSYJdZZ/I8uKJMf1RqO6XEcvbT6+I8uGOY9fTaoeCtSoO16A/TTzMCovgZHq65"
    "1JCjRP+k7oCzpt73AlM0JJDtdI3zyK/0bP0ZRxRBkl6ymPHT1XZzxeMy6ZJwi6UzNB6KxF"
    "pbeqyeRJosXEW6TIlsmXnHq+JHyEFpWJlpvmIq7evdzAoca5gvhn5bbjWXg4LXGXzuE5/j"
    "b2Cb2VM/Xn8evXDQweGeU61ruPD5XkUevExDqr7cZZiWC4PVAfl40dL24OfrM2JeKYuxzP"
    "sJiVzXKKecWykhMrRj0sJRHDgv40tsmtoFfIn55dnHz+Zzn2pyU2vNN/Xn88geL9HURWg/"
    "EEWPhua4xEMXdVNUbSu7W8O47ca8i3T1DcvpzbpoTWcxWfVcuD+oeIy73pyac5qRKcC+Lf"
    "E7HOq3fQ/5ZLbzwQCLlNyvW4FLdDztXHshx9WzQfhwPbJsJ2nwI7IBZcnmNfX5SjIsN+f5"
    "W8bVTkMNYRu7ixrMhgsNxiIcDKxMsH1uG67EvIC2i8DksWeI7NQrwSgHCiZgtxT0j9j5q3"
    "VFD61b1aQm+YT2M6b1q/QxOfTGVS0U4QGVW10xT8hklT0o6TObs3FZ7xPfbMRDGN/6J7Vs"
    "09n6APnnAYd9FMtZechapNGcXv5JlA+3u/vFXT/v7TzsFUXvEcu6NQkvawr7QIU10odNqw"
    "qKwgkKjWkfhdp/q1W1kI/cOXq6EsL3Myv1FT12EhtUmLKoqBSlaczCtGVOIyq8sUzsl1mC"
    "mckJj9TRSO2KqtNycjBvFUffPkQBjskxtmsaROuyjYrCB8yn0b457Ybz4Z4lJhwElvjuos"
    "OBH5aWzCCVRbRpFHEU5MK/W+00hgbFyoi5nnzNAqxtDBlDKJBF6qX0buCUcTge/J4dGkzJ"
    "DT4ZM3CVpMHmpvvM5KgnEHfLp7PB4Z45rn3FkZ1+L2YPFpcdSw0sRKapmdcI4rYhpXEgW4"
    "h1fDLJqt//5PAbJfmUdbEbScIBC0vhG0nDvTVDxgoWxXF6NEHMa7z+MtKA7EjNmWbi6IQf"
    "Hm3ripfzbMuELNSW/WqjkRu26o5lyoRwik8xOROcUNmwPcohPdiJEQLDq4TU0DobBXf8+J"
    "ThBAnOiEKGJSp2ZqF2W85JTjHfQPHujek+JqJSUUhNt6obMy4Im25squJwIfL60PXynKAf"
    "T2dQvv1XfAbUBPJUAtbJPvVqLd1LrtYgko7WvhsQOPTqsJv2/KhSZkrUY5JwgKZN/GuCeq"
    "zme1KlcoOsmtUZ2aszLoNfHl6MY7S63bbueg3uyxegM+GMir6+XGtJuzDn1WotxUH2+WtI"
    "eoQ8is2zWgq5KoJW7Cugo/BcHBINvxQpzQvnXs67TxjBRo5A9o5D2h8SeBV12rLr1ZS+Vx"
    "4FnUpjsx9JpNEUbRdcR0YThB+L3nkLeIUV+xbyl06tpM0/A7EshnaJJQLDExvwHN1TQUSI"
    "dELaMoqzJuv8tHbZnpV/v7tl9K6GGqf/CnaUgdPWbIPEn/59WfH8Gw+2BtoX1OlxsQmww4"
    "mXolp+VWw51KAOBtymKQNrXhslJQGq6IfNPScOUlSWqKIJaXI4GJ3uiwNocFltGCqcjgww"
    "U1hmvBgisCY4VaTqodcPtj668Is4T6hK0m4T44TsqG+caqlm1eChbzFos5nA3/FD4vTu7Z"
    "XatVNC8Jo9znUfaxkOOwXZBBURZGum8j3RMD5Tm79eiVPn65wkiZbzCqM1T6uunYnOXc1F"
    "hJ0eVJKGfHyMjGx1gsdDamnryIUUdJSV2h67b0RIw2HWxgWDS/rYVZIC+3LcPAo0YUdGYW"
    "qDZAOmoKju8J99RNqzDSNUHgmm2yDImrGKMj1ZdkA35BDKBvE1sAavRQeUFPtTkY5kHSvy"
    "tigjkquF/mbi3xEyQNCWnioY7bx2xNh4YaDzGbGm+xp6u0MoXYbIJmTP0KJJXOqj3E1OFL"
    "c9xZFBeKFuSmzCu97e438kS3YIsZIaCK26GKOkmuTeBpRg7iTluHOwFdGew+li87IlsOc1"
    "4SjFV9HmVjWhSE0LZmyYwsfNC9HmrQP57EMIM76SmMsqGySgssq4hdX10ilYIiB/ZFDlxX"
    "DWJJpFBNlYNUBAC3t40KPm2hdOfEIHSziH3T0E1jWFlH/q9XlxfluK8EiruH50j0PzS4wD"
    "iNRP2cL07vAuq6gx4dHfVFVBYeTm6N6myHeoNpbDhMjl3SQmgxY9rrq95K1wKWzNjsXPUF"
    "3zD1q8oMg7bikGzeeyPTEGppDcgxCdW0oJrWE5nqnZ/r9MTxBidCq6HYNzOFMRFHkYQt7c"
    "tZYRjs3g12T/QWc6ztFZFSYS1+igro1p2AW9J09OCBuGMRS43jEr3NFJ1LStC9Uot0EINJ"
    "rzedfWfOqzXdPVRPKxY+evvgcSq7fdQGClSPakWBMnUQj/L6YFRWislIDClyYmsleDTUNn"
    "aypP1GZrK+gdqFnSynI1kzCqARPaURucLGVmmmkF66QU27uSJU5dtydYGdvBScp9Eb232O"
    "2DYhv5ast6lZv8g59RkY7xIuGp1/EZFLZ4apNthjutQxvfrsC84WpnJsQmKflxn+t/8AYL"
    "bAbIHZArPtC7OFUweeBNNNBsuO8ealgPk2ZL49YWkXrDI5P7lVy8koa5yP/1UzId2FmgmM"
    "K740Y6EiSHdqOkbWweiQ6HdoknL6iTYIRtMiPa4MI04C43VBcUtkXsMk5K8ztA6fC2VFe6"
    "D/1BGyHtHjfhCzrmtTm0+tzQDkJGEE2o9AshCWDkL1Nl+Ug42+hYlLKnhtQE/aA9htYpbA"
    "Hj9ELeWRzcR7NLT7YSf+ijlVP7BCCcncrdVDFlG7xlbhuH0r0q9lq5SNrfYM6kQPPhNQJ3"
    "pMZkGdeOwRAHXiMYvkYVHmXaqrj5dIAOCgUoBKASrFEFWKDwS750TKyuTRfINaxcJVTce+"
    "adtQudBRz1oKRVJKEbhh7nISB4FEVeEmivr7S8XsJyP1b7wYk28O4YE0isJCaweOcVJQJv"
    "XZZRTdEKUt4JLE050/DZSQHnxY/VRCehYy90j15yBscUtTPGMn10BY0NqkPWT2gg7Rd8B1"
    "fXgbuJP2AHYLsDUXWge7OlwwaQ/1YtpHC2YIptWykheDLHb72a5+dGi1tqwEYHFpYw1ytP"
    "3S9jzRvBRM87a429mbszKAuT3mU48L2SIAPCsHVtBeW0HNOVI239RKoEO1iwWEDkf10mWp"
    "Sqp3VmYHZSS681k+3xHc204NUp8C8++t8xcKYrA5tJnIMYRtijznRKHKc992iJ64dN4zKj"
    "nzK/w5mbujOmeOE7UzjRr5cThbjJDnohdvTaWaTDEb7V5Rk1UNfRTNFXDmECGIMJ4ThG/V"
    "DEALfTakJxH31I1y383Wn7DtuqJz7PuVG9LQ8oVfHr/5frUP6T/qtqCrTyfn5xskAZ96t0"
    "8tD7gD30xPFqyfo6+1YsHK3K1dsFbffLMl6wTxkOro02SxMMUF9MFkungdmhHM5Q3Bsixu"
    "1UISXMJd0IMNXMK2NqmNrFF9W2q6Zr8zJqwM3Ul7ALsF2EHZAlK5iwbDi+/dmrpcSUuqZ2"
    "41KYHJ22TyipmiFRbTd9V+QNE5W5u/QipK0srmkJcEq3TvbA653TVhni0GuigLQ93roY6t"
    "M+NWCnOJ8GBM5B1HNLpEYs8v8UvUlNlKRSB0Zi+PWrpaeNKZVZ3Vvro5qj2q3TRrbqy483"
    "wfRULllcCFwwIlmRYET8Jm9VgcjdBzY6X47jttBuVEd7FELjNx7Oot/WWZnaObh25gIjHP"
    "L6flfyMVB8ytZLbDyx/XFDvH38Y+obdyptnh69cNaHrmW4s/w+NDJXnUOnS+bqt5nOTdYe"
    "0x2W/KRgUtykHEt7UWyqbTkvnOmE8wLQc9ligeXMkiT9pwGPPp5eV5Du7TsyKeXz6dfvx8"
    "+MJgrxp5smJ+70dY/WDmNCTmDlIjhNr7O/x+eqJ4/MzZr8T426p9pZkGtQpIsGra3GFKsE"
    "u4ov+Bjx0SBWEYl6fa9ASR+iRXQRCZTlW/AmFF+PWBrjOlKGhWeYN1r6GaJBwxqtoFzJnp"
    "4A3djXo4wfNSX2snD91AB6k+YrNSBdnu6ZpPRQMxY7eOdLVLfCUAOaNFf4Ce+OPoC7JT6N"
    "ZEB+Rv6Vivg1LxT4KYKV1RkDFbqAGwWbwKYrCE/V6Cakil59t+PQVRiKPu29fTE7Z9Zba6"
    "KjP/6mYty462y8YMO2quyK6hLm8RpkzTUUNd5wRTEYU3R7uvQMY7j9g94WXMebPOgBEDI9"
    "53rmCxn8Cp5rCd7Dotx7hjPjCnMjMn26B2W0lcO3rwmu4tsYzaDxSpRAvGXTFCWBhLyIz4"
    "AQrUe+sTXxbmWqkxplUfG+wk1S6vyp1ku96up7KTYLWI2diPk/ZgQW4T2+pjUbJt12SPJw"
    "KQcWuPdvY1LTAviMFEb+M+D1b+habRcRkROIdyg8pSkUPEZsKnEjDX22TbED73hG2aSF4K"
    "gG8BPJjRWw0FaG62mttncutpdGv87xUtR010OZ4RaqjUXWu1S1FD7dA2tak/eMJRShla4D"
    "gZWTLfLQ/d1fG3nmOeZiJ3TVjs0du4GPZE4HtyeDRZVwI7euYGSmP+KeuLwgOlntfFh1Oz"
    "4ZHPeK8J1+4kVrvHy/FOsq0t1czZJlrmUwdbLKnTLsUyKwgkBEhIxdl/5GbG2N015mpHrD"
    "oBsNimlngsotZjaZo3tSNTpPDiuuqJ8R5O4l7EMwf7/gTN8VKH7OmEIWx+QpQcFDscTZ2m"
    "6EqJeXmrXUPhlS6+YDiLY7+4WUZt5v444GTqfbOhCHkpIAptDjUATzNQhZ1ShY/3hMr3LK"
    "RVPCHfoJYk6DOupJqDIW3KEEznQpsHdKCRHkUdka//PWMh19dxtE2X2wjSXGLdfGQ6aGCW"
    "6OypG/CKHh2BC8aIAz3QtitwIgNrb+/W3v06E2tIfEbvDeto1xegiUWGVG3u6dRrPSHcc2"
    "ZlxCK+U8socNrmIS5RPQRb1u43Ltocb59933I3rCjXonDz+xnm5dAOrUKiTbResuyayLzR"
    "A1F7Oc+WDcJx8wGi++L58wboqlaV6Jp7xY2MSlK2lVVHK2VEIFppn4p5/f5/wmxYIw=="
)
