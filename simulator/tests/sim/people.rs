//! What people do: operators decide and race, guards go on and off duty, phones change hands.

use super::cast::{DOORS, FIRST_GUARD, FIRST_OPERATOR, GUARDS, OPERATORS, PHONES, RUNGS};
use super::world::World;
use castellan_domain::actuation::ActuationCommand;
use castellan_domain::alarm::{
    Alarm, AlarmCommand, FollowUp, NoteCommand, ShelfReason, Verdict, VerdictBasis,
};
use castellan_domain::command::Command;
use castellan_domain::dispatch::{DeclineReason, DispatchCommand, Matter, Stage};
use castellan_domain::engine::Input;
use castellan_domain::fact::PersonalRef;
use castellan_domain::ids::{AlarmId, CommandId, PersonId, Version};
use castellan_domain::incident::{IncidentCommand, NextStage};
use castellan_domain::observation::DoorChange;
use castellan_domain::staff::StaffCommand;
use castellan_domain::text::{CallSign, Text};
use castellan_domain::time::Span;
use castellan_domain::zone::ZoneCommand;
use fastrand::Rng;

impl World {
    /// An operator does something about what their own screen shows, up to date or not.
    pub(super) fn command(&mut self) {
        let who = self.rng.usize(..OPERATORS.len());
        let view = self.displays[who].view();
        let open: Vec<_> = view.alarms.values().filter(|a| !a.is_closed()).collect();
        let any = |rng: &mut Rng| AlarmId(rng.u32(1..40));
        let row = (!open.is_empty()).then(|| open[self.rng.usize(..open.len())]);
        let alarm = match row {
            Some(row) if self.rng.u8(..20) != 0 => row.id,
            _ => any(&mut self.rng),
        };
        let expected = row.filter(|_| self.rng.u8(..3) == 0).map(|row| row.version);
        let joined = row
            .and_then(|row| row.joined.first())
            .map(|j| j.source.clone());
        let person = OPERATORS[who];
        let other = OPERATORS[self.rng.usize(..OPERATORS.len())];
        let verdict = Verdict::ALL[self.rng.usize(..4)];
        let basis = match self.rng.u8(..4) {
            0 => None,
            1 => Some(VerdictBasis::Picture),
            2 => Some(VerdictBasis::Phone),
            _ => {
                let by = GUARDS[self.rng.usize(..GUARDS.len())];
                let by = by.parse().expect("an id");
                Some(VerdictBasis::OnScene { by })
            }
        };
        let what_was_done = FollowUp::ALL[self.rng.usize(..4)];
        // Half of the time people do what the row in front of them asks for.
        let is_own = row
            .and_then(|row| row.owner())
            .is_some_and(|by| by.as_str() == person);
        let what = match self.rng.bool() {
            true if is_own => 10,
            true => 0,
            false => self.rng.u8(..34),
        };
        let n = self.id();
        let zone = if self.rng.bool() { "north" } else { "east" };
        let zone = zone.parse().expect("an id");
        let command = match what {
            0..9 => Command::Alarm(AlarmCommand::Claim { alarm }),
            9..14 => Command::Alarm(AlarmCommand::Judge {
                alarm,
                verdict,
                basis,
            }),
            14 => Command::Alarm(AlarmCommand::FollowUp {
                alarm,
                what: what_was_done,
            }),
            15 => Command::Note(NoteCommand::Note {
                alarm,
                text: words(n),
            }),
            16 => Command::Alarm(AlarmCommand::Acknowledge { alarm }),
            17 => Command::Alarm(AlarmCommand::Mute { alarm }),
            18 => Command::Alarm(AlarmCommand::Shelve {
                alarm,
                for_s: self.rng.u32(30..1_500),
                reason: ShelfReason::Works,
            }),
            19 => Command::Alarm(AlarmCommand::Unshelve { alarm }),
            20 => Command::Alarm(AlarmCommand::Release { alarm }),
            21 => Command::Alarm(AlarmCommand::Transfer {
                alarm,
                to: other.parse().expect("an id"),
            }),
            22 => Command::Alarm(AlarmCommand::CorrectVerdict {
                alarm,
                verdict,
                basis,
            }),
            23 => match joined {
                Some(source) => Command::Alarm(AlarmCommand::Split { alarm, source }),
                None => Command::Alarm(AlarmCommand::Claim { alarm }),
            },
            26..34 => self.response(who, alarm),
            24 => Command::Zone(ZoneCommand::Arm { zone }),
            _ => Command::Zone(ZoneCommand::Disarm { zone }),
        };
        self.say_command(FIRST_OPERATOR + who, person, expected, command);
        if self.rng.bool() {
            self.displays[who].sit(&mut self.server, Some(alarm));
        }
    }

    /// Somebody is sent, answers, or an incident goes on, by what this operator's screen shows.
    fn response(&mut self, who: usize, alarm: AlarmId) -> Command {
        let view = self.displays[who].view();
        let assignment = view.assignments.keys().next_back().copied();
        let incident = view.incidents.keys().next_back().copied();
        let who_goes = [GUARDS[0], GUARDS[1], GUARDS[0], GUARDS[1], RUNGS[2]];
        let person = who_goes[self.rng.usize(..who_goes.len())];
        let person = person.parse().expect("an id");
        let send = Command::Dispatch(DispatchCommand::Dispatch {
            matter: Matter::Alarm(alarm),
            person,
        });
        let Some((assignment, incident)) = assignment.zip(incident) else {
            return send;
        };
        let to = [NextStage::Contained, NextStage::Resolved, NextStage::Closed];
        let to = to[self.rng.usize(..to.len())];
        match self.rng.u8(..8) {
            0..3 => send,
            3 => Command::Dispatch(DispatchCommand::Accept { assignment }),
            4 => Command::Dispatch(DispatchCommand::Decline {
                assignment,
                reason: DeclineReason::Busy,
            }),
            5 => Command::Dispatch(DispatchCommand::Arrive { assignment }),
            6 => Command::Incident(IncidentCommand::Move { incident, to }),
            _ => Command::Dispatch(DispatchCommand::Recall { assignment }),
        }
    }

    /// A guard says something about what they were sent for, or keeps silent.
    pub(super) fn answer(&mut self) {
        let who = self.rng.usize(..GUARDS.len());
        let view = self.displays[0].view();
        let mut theirs = view.assignments.values().rev();
        let one = theirs.find(|one| one.person.as_str() == GUARDS[who] && one.is_live());
        let Some((assignment, stage)) = one.map(|one| (one.id, one.stage.clone())) else {
            return;
        };
        let reason = DeclineReason::ALL[self.rng.usize(..5)];
        let command = match (stage, self.rng.u8(..6)) {
            (_, 0 | 1) => return,
            (Stage::Offered | Stage::Unanswered, 2) => {
                DispatchCommand::Decline { assignment, reason }
            }
            (Stage::Offered | Stage::Unanswered, _) => DispatchCommand::Accept { assignment },
            (Stage::Accepted, 2..4) => DispatchCommand::SetOut { assignment },
            (Stage::Accepted | Stage::OnTheWay, _) => DispatchCommand::Arrive { assignment },
            (_, _) => DispatchCommand::Finish { assignment },
        };
        let command = Command::Dispatch(command);
        self.say_command(FIRST_GUARD + who, GUARDS[who], None, command);
    }

    /// An operator has done with a row of devices that were all heard again, so that the next silence
    /// behind their switch is a new matter.
    pub(super) fn close_network_row(&mut self) {
        let who = self.rng.usize(..OPERATORS.len());
        let rows = self.displays[who].view().alarms.values();
        let is_over = |row: &&Alarm| {
            let family = row.family.as_str();
            !row.is_closed()
                && !row.is_active()
                && ["device_silent", "network_down"].contains(&family)
        };
        let Some(alarm) = rows.filter(is_over).map(|row| row.id).next() else {
            return;
        };
        let verdict = Verdict::Genuine;
        for command in [
            Command::Alarm(AlarmCommand::Claim { alarm }),
            Command::Alarm(AlarmCommand::Judge {
                alarm,
                verdict,
                basis: None,
            }),
        ] {
            self.say_command(FIRST_OPERATOR + who, OPERATORS[who], None, command);
        }
    }

    /// An operator lets somebody in, and at times they go through.
    pub(super) fn open_door(&mut self) {
        let who = self.rng.usize(..OPERATORS.len());
        let door = self.rng.usize(..DOORS.len());
        let command = Command::Actuation(ActuationCommand::OpenDoor {
            door: DOORS[door].parse().expect("an id"),
        });
        self.say_command(FIRST_OPERATOR + who, OPERATORS[who], None, command);
        if self.rng.bool() {
            self.door_says(door, DoorChange::Closed);
            self.door_says(door, DoorChange::Opened);
        }
    }

    /// Everybody wants the same alarm at the same moment.
    pub(super) fn race(&mut self) {
        let view = self.displays[0].view();
        let free: Vec<_> = view
            .alarms
            .values()
            .filter(|alarm| alarm.claim_due_at().is_some())
            .map(|alarm| alarm.id)
            .collect();
        if free.is_empty() {
            return;
        }
        let alarm = free[self.rng.usize(..free.len())];
        for (who, person) in OPERATORS.into_iter().enumerate() {
            let claim = Command::Alarm(AlarmCommand::Claim { alarm });
            self.say_command(FIRST_OPERATOR + who, person, None, claim);
        }
    }

    pub(super) fn say_command(
        &mut self,
        sender: usize,
        person: &str,
        expected: Option<Version>,
        command: Command,
    ) {
        let by = person.parse().expect("an id");
        let n = self.id();
        self.outside.say(
            sender,
            Input::Commanded {
                command_id: CommandId(uuid::Uuid::from_u128(n)),
                by,
                expected,
                command,
            },
        );
    }

    /// The night's guards come to work, and half of those whom ladders call.
    pub(super) fn begin_duty(&mut self) {
        for person in RUNGS {
            if self.rng.bool() {
                let on = StaffCommand::GoOnDuty {
                    person: person.parse().expect("an id"),
                };
                self.say_command(FIRST_OPERATOR, OPERATORS[0], None, Command::Staff(on));
            }
        }
        for (who, guard) in GUARDS.into_iter().enumerate() {
            let person = guard.parse().expect("an id");
            let command = Command::Staff(StaffCommand::GoOnDuty { person });
            self.say_command(FIRST_GUARD + who, guard, None, command);
        }
    }

    pub(super) fn duty(&mut self) {
        let who = self.rng.usize(..GUARDS.len());
        let person: PersonId = GUARDS[who].parse().expect("an id");
        let command = if self.rng.u8(..4) > 0 {
            Command::Staff(StaffCommand::GoOnDuty { person })
        } else {
            Command::Staff(StaffCommand::GoOffDuty { person })
        };
        self.say_command(FIRST_GUARD + who, GUARDS[who], None, command);
    }

    /// A guard's phone is dead for a while, and its guard goes off duty and on again.
    pub(super) fn fall_silent(&mut self) {
        let who = self.rng.usize(..GUARDS.len());
        self.walkers[who].fix_at = self.now + Span::from_secs(self.rng.i64(100..600));
        let person: PersonId = GUARDS[who].parse().expect("an id");
        let off = Command::Staff(StaffCommand::GoOffDuty {
            person: person.clone(),
        });
        for command in [off, Command::Staff(StaffCommand::GoOnDuty { person })] {
            self.say_command(FIRST_GUARD + who, GUARDS[who], None, command);
        }
    }

    /// A phone changes hands, or somebody their name on the radio.
    pub(super) fn hand_over(&mut self) {
        let who = self.rng.usize(..OPERATORS.len());
        let phone = PHONES[self.rng.usize(..PHONES.len())];
        let phone = phone.parse().expect("an id");
        let people = [GUARDS[0], GUARDS[1], OPERATORS[2]];
        let person = people[self.rng.usize(..people.len())];
        let person = person.parse().expect("an id");
        let command = match self.rng.u8(..6) {
            0..3 => Command::Staff(StaffCommand::BindPhone { phone, person }),
            3 => Command::Staff(StaffCommand::UnbindPhone { phone }),
            _ => {
                let sign = Text::new(format!("{}", self.rng.u8(1..8))).expect("short");
                let call_sign = CallSign {
                    zh: sign.clone(),
                    en: sign,
                };
                Command::Staff(StaffCommand::GiveCallSign { person, call_sign })
            }
        };
        self.say_command(FIRST_OPERATOR + who, OPERATORS[who], None, command);
    }
}

pub(super) fn words(n: u128) -> PersonalRef {
    PersonalRef {
        id: uuid::Uuid::from_u128(n),
        commitment: Text::new(format!("{n:064x}")).expect("64 characters"),
    }
}
