"""Salesforce extract of the calendar: Event."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from datagen.exports.extract_files import Written
from datagen.exports.salesforce_files import OrgFiles
from datagen.exports.text_columns import Dates, Flags, Ids, Numbers, Texts, Times, label, repeat
from datagen.plan.second_org import Events
from datagen.sizes import DAY

_SUBJECTS = ["Discovery meeting", "Demo", "Meeting"]


def export_events(files: OrgFiles, events: Events) -> dict[str, Written]:
    """Write the extract and return what was written."""
    count = len(events.starts_at)
    number = np.arange(count)
    who = pc.if_else(
        pa.array(events.contact >= 0),
        Ids("contact", events.contact).text(slice(None)),
        Ids("lead", events.lead).text(slice(None)),
    )
    written = files.write(
        "event",
        "Event.csv",
        {
            "Id": Ids("event", number),
            "IsDeleted": Flags(events.is_deleted),
            "WhoId": Texts(who),
            "WhatId": Ids("opportunity", events.opportunity),
            "AccountId": Ids("account", events.account),
            "OwnerId": Ids("user", events.owner),
            "Subject": label(number % len(_SUBJECTS), _SUBJECTS),
            "Type": repeat("Meeting", count),
            "EventSubtype": repeat("Event", count),
            "IsAllDayEvent": Flags(np.zeros(count, dtype=bool)),
            "ActivityDate": Dates(events.starts_at // DAY),
            "ActivityDateTime": Times(events.starts_at),
            "StartDateTime": Times(events.starts_at),
            "EndDateTime": Times(events.starts_at + 60 * events.minutes),
            "DurationInMinutes": Numbers(events.minutes),
            "CreatedDate": Times(events.created_at),
            "LastModifiedDate": Times(events.created_at),
            "SystemModstamp": Times(events.created_at),
        },
    )
    return {"event": written}
