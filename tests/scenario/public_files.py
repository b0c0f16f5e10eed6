"""Small public files in the agencies' layouts: headers as published, values made up."""

DIRECTORY = ("SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,LEA_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,"
             "SCHID,SY_STATUS,SY_STATUS_TEXT,UPDATED_STATUS,UPDATED_STATUS_TEXT,EFFECTIVE_DATE,SCH_TYPE_TEXT,SCH_TYPE,"
             "CHARTER_TEXT,GSLO,GSHI,LEVEL,IGOFFERED")  # fmt: skip
DIRECTORY_2013 = ("SURVYEAR,NCESSCH,FIPST,LEAID,SCHNO,STID,SEASCH,LEANM,SCHNAM,PHONE,TYPE,STATUS,UNION,ULOCAL,LATCOD,"
                  "LONCOD,CONUM,CONAME,CDCODE,GSLO,GSHI,CHARTR")  # fmt: skip
WIDE_IDS = "SURVYEAR,FIPST,STABR,STATENAME,SEANAME,LEAID,ST_LEAID,LEA_NAME,SCHID,ST_SCHID,NCESSCH,SCH_NAME"
MEMBERSHIP = f"{WIDE_IDS},PK,KG,G01,G02,TOTAL,MEMBER"
LUNCH = f"{WIDE_IDS},TOTFRL,FRELCH,REDLCH"
STAFF = f"{WIDE_IDS},FTE"
CHARACTERISTICS = f"{WIDE_IDS},TITLEI_TEXT,TITLEI_STATUS,TITLEI,STITLEI,SHARED_TIME,MAGNET_TEXT"
LONG_IDS = "SCHOOL_YEAR,FIPST,STATENAME,ST,SCH_NAME,STATE_AGENCY_NO,UNION,ST_LEAID,LEAID,ST_SCHID,NCESSCH,SCHID"
MEMBERSHIP_LONG = f"{LONG_IDS},GRADE,RACE_ETHNICITY,SEX,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG"
STAFF_LONG = f"{LONG_IDS},TEACHERS,TOTAL_INDICATOR,DMS_FLAG"
LUNCH_LONG = f"{LONG_IDS},DATA_GROUP,LUNCH_PROGRAM,STUDENT_COUNT,TOTAL_INDICATOR,DMS_FLAG"
EDGE = "NCESSCH,NAME,OPSTFIPS,STREET,CITY,STATE,ZIP,STFIP,CNTY,NMCNTY,LOCALE,LAT,LON,CBSA,SCHOOLYEAR"
EDGE_1516 = "NCESSCH,NAME,OPSTFIPS,LSTREE,LCITY,LSTATE,LZIP,LOCALE15,LAT1516,LON1516,CBSA15"
SEARCH = ("NCES School ID,State School ID,NCES District ID,State District ID,Low Grade*,High Grade*,School Name,"
          "District,County Name*,Street Address,City,State,ZIP,ZIP 4-digit,Phone,Locale Code*,Locale*,Charter,"
          "Students*,Teachers*,Student Teacher Ratio*,Free Lunch*,Reduced Lunch*,Directly Certified*,"
          "Type,Status")  # fmt: skip
URBAN = "year,ncessch,ncessch_num,leaid,fips,grade,race,sex,enrollment"
URBAN_DIRECTORY = ("year,ncessch,school_name,leaid,lea_name,latitude,longitude,school_status,school_level,charter,"
                   "enrollment,teachers_fte,free_lunch,reduced_price_lunch,free_or_reduced_price_lunch")  # fmt: skip
ARCGIS = ("X,Y,OBJECTID,NCESSCH,SURVYEAR,LEAID,LEA_NAME,SCH_NAME,CHARTER_TEXT,GSLO,GSHI,SCHOOL_LEVEL,STATUS,"
          "SY_STATUS_TEXT,TOTFRL,FRELCH,REDLCH,TOTAL,MEMBER,FTE,LATCOD,LONCOD")  # fmt: skip
ELSI = """\
ELSI Export

National Center for Education Statistics - http://nces.ed.gov/ccd/elsi/

This is a Public School based table with the following filters applied: State(s) (All Years): All

School Name,State Name [Public School] Latest available year,School ID (12-digit) - NCES Assigned [Public School] \
Latest available year,Agency ID - NCES Assigned [Public School] Latest available year,Agency Name [Public School] \
2023-24,Latitude [Public School] 2024-25,Longitude [Public School] 2024-25,School Level (SY 2017-18 onward) [Public \
School] 2024-25,"Total Students, All Grades (Excludes AE) [Public School] 2023-24","Total Students, All Grades \
(Excludes AE) [Public School] 2024-25",Full-Time Equivalent (FTE) Teachers [Public School] 2024-25,Free and Reduced \
Lunch Students [Public School] 2024-25
"""
ELSI_END = """\
Data Source: U.S. Department of Education, National Center for Education Statistics, "Directory".
† indicates that the data are not applicable.
"""


def rows(header: str, *given: dict[str, object], separator: str = ",") -> str:
    """A file: a header and a row for each mapping from column to value; other columns are blank."""
    names = header.split(",")
    lines = [separator.join(names)]
    for one in given:
        assert set(one) <= set(names), set(one) - set(names)
        lines.append(separator.join(str(one.get(name, "")) for name in names))
    return "\n".join(lines) + "\n"


def school(number: int, **more: object) -> dict[str, object]:
    """An open school of Oak County, whose ids begin with a zero."""
    said: dict[str, object] = {
        "SCHOOL_YEAR": "2025-2026", "NCESSCH": f"0100005{number:05d}", "LEAID": "0100005",
        "SCH_NAME": f"School {number}", "LEA_NAME": "Oak County", "SY_STATUS": 1, "UPDATED_STATUS": 1,
        "CHARTER_TEXT": "No", "GSLO": "KG", "GSHI": "05", "LEVEL": "Elementary",
    }  # fmt: skip
    return said | more


def only(header: str, number: int, **more: object) -> dict[str, object]:
    """Of ``school``, what a header has room for."""
    return {name: value for name, value in (school(number) | more).items() if name in header.split(",")}
