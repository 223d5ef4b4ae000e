//! Any body of a fact, of every kind, about few things, so that facts meet, contradict and repeat
//! each other.

use crate::common::ladders::ladders;
use crate::common::response::{assignments, incidents};
use crate::common::site_bodies::{actuations, ground, housekeeping, staff};
use crate::common::{DEVICES, PEOPLE, START, TYPES, id, secs, spot, text, words};
use castellan_domain::alarm::{
    AlarmFact, FollowUp, JoinedBy, Located, NoteContent, ReturnedBy, RisenBy, ShelfReason, Silence,
    Source, Verdict, VerdictBasis,
};
use castellan_domain::estate::{Place, Priority};
use castellan_domain::fact::{
    AlarmAcknowledged, AlarmClaimed, AlarmCleared, AlarmClipKept, AlarmClipViewed, AlarmJoined,
    AlarmJudged, AlarmMuted, AlarmNoted, AlarmOverdue, AlarmRaised, AlarmReleased, AlarmRepeated,
    AlarmReturned, AlarmRisen, AlarmShelved, AlarmSplit, AlarmTransferred, AlarmUndispatched,
    AlarmUnheard, AlarmUnshelved, AlarmVerdictCorrected, AlarmViewed, FactBody,
};
use castellan_domain::ids::{AlarmId, AlarmTypeId, ClipId, DeviceId, PersonId};
use castellan_domain::observation::{Doubts, PlaceDoubt, ReportedState, TimeDoubt, Untrue};
use castellan_domain::text::Localized;
use castellan_domain::time::Timestamp;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// The numbers of alarms that bodies are about, and one more that only a split gives.
pub(crate) fn alarm() -> impl Strategy<Value = AlarmId> {
    (1u32..7).prop_map(AlarmId)
}

pub(crate) fn person() -> impl Strategy<Value = PersonId> {
    select(PEOPLE.to_vec()).prop_map(id)
}

pub(crate) fn kind() -> impl Strategy<Value = AlarmTypeId> {
    select(vec![TYPES[0].0, TYPES[1].0, "duress"]).prop_map(id)
}

fn device() -> impl Strategy<Value = DeviceId> {
    select(DEVICES[..2].to_vec()).prop_map(id)
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        6 => device().prop_map(Source::Device),
        1 => person().prop_map(Source::Person),
        1 => alarm().prop_map(Source::Registration),
        1 => Just(Source::System),
    ]
}

fn state() -> impl Strategy<Value = ReportedState> {
    use ReportedState::{Active, Cleared, Momentary};
    select(vec![Active, Cleared, Momentary])
}

pub(crate) fn due() -> impl Strategy<Value = Timestamp> {
    (0i64..5_000).prop_map(|s| START + secs(s))
}

fn doubts() -> impl Strategy<Value = Doubts> {
    let time = due().prop_map(|said| TimeDoubt::Unbelievable { said });
    let time = prop_oneof![Just(TimeDoubt::Unreadable), time];
    let why = select(vec![
        Untrue::NotOnEarth,
        Untrue::NullIsland,
        Untrue::Swapped,
        Untrue::FarAway,
    ]);
    let place = why.prop_map(|why| PlaceDoubt::Untrue {
        said: [0.0, 91.5],
        why,
    });
    let place = prop_oneof![Just(PlaceDoubt::Unreadable), place];
    let sides = (
        option::of(time),
        option::of(place),
        any::<bool>(),
        any::<bool>(),
    );
    sides.prop_map(|(time, place, drill, state)| Doubts {
        time,
        place,
        drill,
        state,
    })
}

fn known_place() -> impl Strategy<Value = Located> {
    (0..9i32, any::<bool>(), 0u8..3, due()).prop_map(|(n, indoors, known, as_of)| {
        let place = Place {
            building: indoors.then(|| id("b3")),
            floor: indoors.then(|| text("B1")),
            spot: indoors.then(|| name("走道")),
            at: spot(n, -n),
        };
        match known {
            0 => Located::Fixed(place),
            1 => Located::Said { place, as_of },
            _ => Located::Last { place, as_of },
        }
    })
}

pub(crate) fn place() -> impl Strategy<Value = Located> {
    prop_oneof![5 => known_place(), 1 => Just(Located::Unknown)]
}

fn silence() -> impl Strategy<Value = Option<Silence>> {
    option::of(prop_oneof![
        due().prop_map(|since| Silence::Phone { since }),
        due().prop_map(|since| Silence::Position { since }),
    ])
}

fn name(zh: &str) -> Localized {
    let en = text("words");
    Localized { zh: text(zh), en }
}

pub(crate) fn priority() -> impl Strategy<Value = Priority> {
    select(Priority::ALL.to_vec())
}

fn verdict() -> impl Strategy<Value = Verdict> {
    select(Verdict::ALL.to_vec())
}

fn basis() -> impl Strategy<Value = Option<VerdictBasis>> {
    let some = prop_oneof![
        person().prop_map(|by| VerdictBasis::OnScene { by }),
        Just(VerdictBasis::Picture),
        Just(VerdictBasis::Phone),
    ];
    option::of(some)
}

fn note() -> impl Strategy<Value = NoteContent> {
    prop_oneof![
        (0u128..9).prop_map(|n| NoteContent::Words(words(n))),
        select(FollowUp::ALL.to_vec()).prop_map(NoteContent::Done),
        Just(NoteContent::Done(FollowUp::PictureLooked)),
    ]
}

fn active_s() -> impl Strategy<Value = Option<u32>> {
    option::of(0u32..3_000)
}

/// What devices' reports lead to.
fn reported() -> impl Strategy<Value = FactBody> {
    let raised = (
        (alarm(), kind(), kind(), 0u8..3, priority()),
        (source(), place(), state(), due(), doubts(), silence()),
        active_s(),
    );
    let raised = raised.prop_map(
        |(
            (alarm, kind, family, tier, priority),
            (source, place, state, claim_due_at, doubts, silence),
            active_s_max,
        )| {
            FactBody::Alarm(AlarmFact::Raised(AlarmRaised {
                alarm,
                kind,
                family,
                tier,
                priority,
                source,
                place,
                state,
                active_s_max,
                claim_due_at,
                doubts,
                silence,
            }))
        },
    );
    let said = (kind(), kind(), state(), active_s(), doubts());
    let news = (option::of(known_place()), silence());
    let repeated = (alarm(), option::of(source()), said, news);
    let repeated = repeated.prop_map(
        |(alarm, source, (kind, family, state, active_s_max, doubts), (place, silence))| {
            AlarmRepeated {
                alarm,
                source,
                kind,
                family,
                state,
                active_s_max,
                doubts,
                place,
                silence,
            }
        },
    );
    let ended = prop::collection::vec(kind(), 0..3);
    let cleared = (alarm(), option::of(source()), ended).prop_map(|(alarm, source, ended)| {
        FactBody::Alarm(AlarmFact::Cleared(AlarmCleared {
            alarm,
            source,
            ended,
        }))
    });
    prop_oneof![
        3 => raised,
        2 => repeated.prop_map(|body| FactBody::Alarm(AlarmFact::Repeated(body))),
        2 => cleared,
        2 => risen(),
        2 => joined(),
    ]
}

fn risen() -> impl Strategy<Value = FactBody> {
    let why = prop_oneof![
        Just(RisenBy::Reported),
        source().prop_map(RisenBy::SecondSource),
        device().prop_map(RisenBy::Upstream),
    ];
    let what = (alarm(), kind(), kind(), 0u8..3, priority());
    let due = (due(), option::of(due()));
    let rest = (why, option::of(source()), option::of(known_place()), due);
    (what, rest).prop_map(
        |((alarm, kind, family, tier, priority), (why, source, place, due))| {
            let (due_at, dispatch_due_at) = due;
            FactBody::Alarm(AlarmFact::Risen(AlarmRisen {
                alarm,
                kind,
                family,
                tier,
                priority,
                why,
                source,
                place,
                due_at,
                dispatch_due_at,
            }))
        },
    )
}

fn joined() -> impl Strategy<Value = FactBody> {
    let why = select(vec![
        JoinedBy::SecondSource,
        JoinedBy::Upstream,
        JoinedBy::Flood,
    ]);
    let news = (place(), silence());
    (
        alarm(),
        source(),
        kind(),
        kind(),
        (state(), active_s()),
        why,
        doubts(),
        news,
    )
        .prop_map(
            |(
                alarm,
                source,
                kind,
                family,
                (state, active_s_max),
                why,
                doubts,
                (place, silence),
            )| {
                FactBody::Alarm(AlarmFact::Joined(AlarmJoined {
                    alarm,
                    source,
                    kind,
                    family,
                    state,
                    active_s_max,
                    why,
                    doubts,
                    place,
                    silence,
                }))
            },
        )
}

/// What people do with an alarm.
fn handled() -> impl Strategy<Value = FactBody> {
    let one = || (alarm(), person());
    prop_oneof![
        3 => (one(), due(), option::of(due())).prop_map(|((alarm, by), follow_up_due_at, dispatch_due_at)| {
            FactBody::Alarm(AlarmFact::Claimed(AlarmClaimed {
                alarm, by, follow_up_due_at, dispatch_due_at,
            }))
        }),
        2 => (one(), note(), option::of(due())).prop_map(|((alarm, by), note, review_due_at)| {
            FactBody::Alarm(AlarmFact::Noted(AlarmNoted { alarm, by, note, review_due_at }))
        }),
        3 => (one(), verdict(), basis(), due()).prop_map(
            |((alarm, by), verdict, basis, review_due_at)| {
                FactBody::Alarm(AlarmFact::Judged(AlarmJudged { alarm, by, verdict, basis, review_due_at }))
            }
        ),
        1 => (one(), due()).prop_map(|((alarm, by), due_at)| {
            FactBody::Alarm(AlarmFact::Acknowledged(AlarmAcknowledged { alarm, by, due_at }))
        }),
        1 => (one(), due()).prop_map(|((alarm, by), until)| {
            FactBody::Alarm(AlarmFact::Muted(AlarmMuted { alarm, by, until }))
        }),
        1 => (one(), due(), shelf_reason()).prop_map(|((alarm, by), until, reason)| {
            FactBody::Alarm(AlarmFact::Shelved(AlarmShelved { alarm, by, until, reason }))
        }),
        1 => (alarm(), option::of(person()), due(), 0u32..9).prop_map(|(alarm, by, due_at, late_s)| {
            FactBody::Alarm(AlarmFact::Unshelved(AlarmUnshelved { alarm, by, due_at, late_s }))
        }),
        1 => (one(), due()).prop_map(|((alarm, by), claim_due_at)| {
            FactBody::Alarm(AlarmFact::Released(AlarmReleased { alarm, by, claim_due_at }))
        }),
        1 => (one(), person(), due()).prop_map(
            |((alarm, by), to, follow_up_due_at)| {
                FactBody::Alarm(AlarmFact::Transferred(AlarmTransferred { alarm, by, to, follow_up_due_at }))
            }
        ),
        1 => (one(), verdict(), basis()).prop_map(|((alarm, by), verdict, basis)| {
            FactBody::Alarm(AlarmFact::VerdictCorrected(AlarmVerdictCorrected { alarm, by, verdict, basis }))
        }),
        1 => split(),
        1 => (one(), device(), due(), due()).prop_map(|((alarm, by), camera, from, to)| {
            FactBody::Alarm(AlarmFact::Viewed(AlarmViewed { alarm, camera, by, from, to }))
        }),
        1 => clip(),
    ]
}

fn clip() -> impl Strategy<Value = FactBody> {
    (alarm(), 1u8..3, person(), any::<bool>()).prop_map(|(alarm, nth, by, is_kept)| {
        let clip = ClipId { alarm, nth };
        FactBody::Alarm(if is_kept {
            AlarmFact::ClipKept(AlarmClipKept {
                alarm,
                clip,
                camera: id("cam-1"),
                from: START,
                to: START + secs(50),
                bytes: 4_096,
                sha256: text(&format!("{:064x}", 7)),
                codec: text("avc1.42C01E"),
            })
        } else {
            AlarmFact::ClipViewed(AlarmClipViewed { alarm, clip, by })
        })
    })
}

fn shelf_reason() -> impl Strategy<Value = ShelfReason> {
    use ShelfReason::{Event, KnownFault, Maintenance, Weather, Works};
    select(vec![Maintenance, KnownFault, Works, Weather, Event])
}

fn split() -> impl Strategy<Value = FactBody> {
    let into = (1u32..9).prop_map(AlarmId);
    let from = (alarm(), source(), into, kind());
    let row = (kind(), 0u8..3, priority(), place(), due(), person());
    (from, row).prop_map(
        |((alarm, source, into, kind), (family, tier, priority, place, claim_due_at, by))| {
            FactBody::Alarm(AlarmFact::Split(AlarmSplit {
                alarm,
                source,
                into,
                kind,
                family,
                tier,
                priority,
                place,
                claim_due_at,
                by,
            }))
        },
    )
}

/// What time brings to an alarm.
fn elapsed() -> impl Strategy<Value = FactBody> {
    use ReturnedBy::{
        Again, NoFollowUp, OwnerAbsent, Released, Risen, ShiftEnd, StillActive, Unheard,
    };
    let why = select(vec![
        Again,
        NoFollowUp,
        OwnerAbsent,
        Released,
        Risen,
        ShiftEnd,
        StillActive,
        Unheard,
    ]);
    prop_oneof![
        (alarm(), 0u32..9, any::<bool>(), 0u32..9).prop_map(|(alarm, for_s, is_over, late_s)| {
            FactBody::Alarm(AlarmFact::Unheard(AlarmUnheard {
                alarm,
                for_s,
                is_over,
                late_s,
            }))
        }),
        (alarm(), 0u32..9).prop_map(|(alarm, late_s)| {
            FactBody::Alarm(AlarmFact::Undispatched(AlarmUndispatched { alarm, late_s }))
        }),
        (alarm(), 0u32..9, due(), 0u32..9).prop_map(|(alarm, times, claim_due_at, late_s)| {
            FactBody::Alarm(AlarmFact::Overdue(AlarmOverdue {
                alarm,
                times,
                claim_due_at,
                late_s,
            }))
        }),
        (alarm(), why, due(), 0u32..9).prop_map(|(alarm, why, claim_due_at, late_s)| {
            FactBody::Alarm(AlarmFact::Returned(AlarmReturned {
                alarm,
                why,
                claim_due_at,
                late_s,
            }))
        }),
    ]
}

/// What happens to an alarm.
pub(crate) fn alarm_bodies() -> impl Strategy<Value = FactBody> {
    prop_oneof![4 => reported(), 5 => handled(), 2 => elapsed()]
}

/// Any body.
pub(crate) fn bodies() -> impl Strategy<Value = FactBody> {
    prop_oneof![8 => alarm_bodies().boxed(), 4 => incidents().boxed(), 4 => assignments().boxed(), 2 => staff().boxed(), 1 => ground().boxed(), 1 => actuations().boxed(), 3 => ladders().boxed(), 1 => housekeeping().boxed()]
}
