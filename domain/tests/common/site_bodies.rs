//! Any body of a fact about people, the place, doors and the server itself, as [`super::bodies`] makes them of alarms.

use crate::common::bodies::{due, person};
use crate::common::{START, id, secs, text};
use castellan_domain::actuation::{Act, ActuationFact, ActuationOutcome};
use castellan_domain::area::AreaFact;
use castellan_domain::door::DoorFact;
use castellan_domain::estate::EstateFact;
use castellan_domain::fact::{
    ActuationIntended, ActuationSettled, AreaEntered, AreaLeft, BreakBegan, BreakEnded,
    CallSignGiven, ClockStepped, DoorClosed, DoorGranted, DoorOpened, EstatePublished, FactBody,
    FloodBegan, FloodEnded, InputSetAside, PersonBack, PersonGone, PersonOffDuty, PersonOnDuty,
    PhoneBound, PhoneUnbound, RecordingResumed, SelfTestBegan, SelfTestEnded, ZoneArmed,
    ZoneDisarmed,
};
use castellan_domain::flood::FloodFact;
use castellan_domain::ids::{DeviceId, PersonId, Seq};
use castellan_domain::self_test::{SelfTestFact, SelfTestFault};
use castellan_domain::staff::StaffFact;
use castellan_domain::system::{CameraViewed, InputName, SystemFact, TracksSetAside};
use castellan_domain::text::CallSign;
use castellan_domain::zone::ZoneFact;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// What happens to people and their phones.
pub(crate) fn staff() -> impl Strategy<Value = FactBody> {
    let phone = || select(vec!["guard-01", "guard-02"]).prop_map(id);
    prop_oneof![
        (person(), due()).prop_map(|(person, lapse_at)| {
            FactBody::Staff(StaffFact::Gone(PersonGone { person, lapse_at }))
        }),
        person().prop_map(|person| FactBody::Staff(StaffFact::Back(PersonBack { person }))),
        (person(), person()).prop_map(|(person, by)| FactBody::Staff(StaffFact::OnDuty(
            PersonOnDuty { person, by }
        ))),
        (person(), person()).prop_map(|(person, by)| FactBody::Staff(StaffFact::OffDuty(
            PersonOffDuty { person, by }
        ))),
        (person(), person()).prop_map(|(person, by)| FactBody::Staff(StaffFact::BreakBegan(
            BreakBegan { person, by }
        ))),
        (person(), person()).prop_map(|(person, by)| FactBody::Staff(StaffFact::BreakEnded(
            BreakEnded { person, by }
        ))),
        (phone(), person(), person()).prop_map(|(phone, person, by)| FactBody::Staff(
            StaffFact::PhoneBound(PhoneBound { phone, person, by })
        )),
        (phone(), person()).prop_map(|(phone, by)| FactBody::Staff(StaffFact::PhoneUnbound(
            PhoneUnbound { phone, by }
        ))),
        (person(), person()).prop_map(|(person, by)| {
            let call_sign = CallSign {
                zh: text("猎鹰2"),
                en: text("words"),
            };
            FactBody::Staff(StaffFact::CallSignGiven(CallSignGiven {
                person,
                call_sign,
                by,
            }))
        }),
    ]
}

/// What happens to the place.
pub(crate) fn ground() -> impl Strategy<Value = FactBody> {
    let zone = || select(vec!["z1", "z2"]).prop_map(id);
    let area = || select(vec!["a1", "a2"]).prop_map(id);
    let door = || select(vec!["door-1", "door-2"]).prop_map(id);
    prop_oneof![
        select(vec!["e1", "e2"]).prop_map(|hash| FactBody::Estate(EstateFact::Published(
            EstatePublished { hash: id(hash) }
        ))),
        (zone(), option::of(person()))
            .prop_map(|(zone, by)| FactBody::Zone(ZoneFact::Armed(ZoneArmed { zone, by }))),
        (zone(), option::of(person()))
            .prop_map(|(zone, by)| FactBody::Zone(ZoneFact::Disarmed(ZoneDisarmed { zone, by }))),
        (door(), due()).prop_map(
            |(door, until)| FactBody::Door(DoorFact::Granted(DoorGranted { door, until }))
        ),
        (door(), due()).prop_map(|(door, held_due_at)| FactBody::Door(DoorFact::Opened(
            DoorOpened { door, held_due_at }
        ))),
        door().prop_map(|door| FactBody::Door(DoorFact::Closed(DoorClosed { door }))),
        (area(), person()).prop_map(|(area, person)| FactBody::Area(AreaFact::Entered(
            AreaEntered { area, person }
        ))),
        (area(), person())
            .prop_map(|(area, person)| FactBody::Area(AreaFact::Left(AreaLeft { area, person }))),
        (0u32..99, 1u32..4).prop_map(|(alarms, operators)| {
            FactBody::Flood(FloodFact::Began(FloodBegan { alarms, operators }))
        }),
        (0u16..3)
            .prop_map(|walls| { FactBody::SelfTest(SelfTestFact::Began(SelfTestBegan { walls })) }),
        (option::of(0u16..3), due()).prop_map(|(unpainted, next_at)| {
            let fault = unpainted.map(|walls| match walls {
                0 => SelfTestFault::NoAnswer,
                walls => SelfTestFault::NotPainted { walls },
            });
            FactBody::SelfTest(SelfTestFact::Ended(SelfTestEnded {
                began: Seq(1),
                walls: 1,
                took_ms: 600,
                fault,
                next_at,
            }))
        }),
        (0u32..99, 0u32..99).prop_map(|(shown, folded)| {
            let came = shown + folded;
            FactBody::Flood(FloodFact::Ended(FloodEnded {
                came,
                shown,
                folded,
            }))
        }),
    ]
}

/// What is wanted of doors, and what came of it.
pub(crate) fn actuations() -> impl Strategy<Value = FactBody> {
    let door = || select(vec!["door-1", "door-2"]).prop_map(id);
    let (what, about) = (Act::OpenDoor, Seq(1));
    let outcome = select(vec![
        ActuationOutcome::Done,
        ActuationOutcome::Refused,
        ActuationOutcome::NotSent,
        ActuationOutcome::Expired,
        ActuationOutcome::Unknown,
    ]);
    prop_oneof![
        (door(), due()).prop_map(move |(device, send_by)| {
            FactBody::Actuation(ActuationFact::Intended(ActuationIntended {
                device,
                what,
                send_by,
            }))
        }),
        (door(), outcome).prop_map(move |(device, outcome)| {
            FactBody::Actuation(ActuationFact::Settled(ActuationSettled {
                about,
                device,
                outcome,
            }))
        }),
    ]
}

/// What the server notices about itself: it changes nothing of the site.
pub(crate) fn housekeeping() -> impl Strategy<Value = FactBody> {
    select(vec![
        FactBody::System(SystemFact::RecordingResumed(RecordingResumed {
            since: START,
            unrecorded: 2,
        })),
        FactBody::System(SystemFact::ClockStepped(ClockStepped {
            by: secs(-3_600),
            at: START,
        })),
        FactBody::System(SystemFact::TracksSetAside(TracksSetAside { at: START })),
        FactBody::System(SystemFact::InputSetAside(InputSetAside {
            input: InputName::Deadline,
        })),
        FactBody::System(SystemFact::CameraViewed(CameraViewed {
            camera: DeviceId::constant("cam-1"),
            by: PersonId::constant("li-na"),
            from: START,
            to: START,
        })),
    ])
}
