//! What is wrong with a camera, on command.

/// What somebody does to a camera.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// All its connections break; it takes new ones.
    Drop,
    /// Connections stay, and no picture comes.
    Freeze,
    /// Pictures come, and are black.
    Black,
    /// A third of the pictures are missing.
    Stutter,
    /// Pictures come as they should.
    Thaw,
    /// Its clocks run on from so many seconds ahead, or behind where negative.
    Clock { seconds: i32 },
    /// It wants another password than the one that is known.
    NewPassword,
    /// Connections break without an answer.
    Offline,
    /// It lets in whoever knows the password.
    Online,
    /// So many connections that may be set up at once.
    Seats(usize),
    /// Everything is as at the beginning.
    Heal,
}

/// What a camera shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Shows {
    #[default]
    Pictures,
    Stuttering,
    Black,
    Nothing,
}

/// Whom a camera lets in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum LetsIn {
    #[default]
    Viewers,
    /// Those with a password that nobody knows.
    Strangers,
    Nobody,
}

/// All that is wrong with one camera.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    pub(crate) shows: Shows,
    pub(crate) lets_in: LetsIn,
    pub(crate) clock_ahead_s: i32,
    /// None: as many as the server takes.
    pub(crate) seats_max: Option<usize>,
}

impl Faults {
    /// What is wrong after something was done. [`Fault::Drop`] leaves nothing behind.
    #[must_use]
    pub(crate) fn after(self, fault: Fault) -> Self {
        let shows = |shows| Self { shows, ..self };
        let lets_in = |lets_in| Self { lets_in, ..self };
        match fault {
            Fault::Drop => self,
            Fault::Freeze => shows(Shows::Nothing),
            Fault::Black => shows(Shows::Black),
            Fault::Stutter => shows(Shows::Stuttering),
            Fault::Thaw => shows(Shows::Pictures),
            Fault::NewPassword => lets_in(LetsIn::Strangers),
            Fault::Offline => lets_in(LetsIn::Nobody),
            Fault::Online => lets_in(LetsIn::Viewers),
            Fault::Clock { seconds } => Self {
                clock_ahead_s: seconds,
                ..self
            },
            Fault::Seats(count) => Self {
                seats_max: Some(count),
                ..self
            },
            Fault::Heal => Self::default(),
        }
    }

    /// What is wrong, in the words by which it was ordered; `well` if nothing is.
    pub(crate) fn words(self) -> String {
        let shows = match self.shows {
            Shows::Pictures => None,
            Shows::Stuttering => Some("stutter"),
            Shows::Black => Some("black"),
            Shows::Nothing => Some("freeze"),
        };
        let lets_in = match self.lets_in {
            LetsIn::Viewers => None,
            LetsIn::Strangers => Some("password"),
            LetsIn::Nobody => Some("offline"),
        };
        let clock = (self.clock_ahead_s != 0).then(|| format!("clock {}", self.clock_ahead_s));
        let seats = self.seats_max.map(|count| format!("seats {count}"));
        let words = [
            shows.map(str::to_owned),
            lets_in.map(str::to_owned),
            clock,
            seats,
        ];
        let words: Vec<String> = words.into_iter().flatten().collect();
        if words.is_empty() {
            "well".to_owned()
        } else {
            words.join(", ")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_lasts_until_it_is_undone_or_healed() {
        let wrong = [
            Fault::Freeze,
            Fault::Drop,
            Fault::Clock { seconds: -3_600 },
            Fault::Seats(2),
            Fault::Offline,
        ];
        let faults = wrong.into_iter().fold(Faults::default(), Faults::after);
        assert_eq!(faults.words(), "freeze, offline, clock -3600, seats 2");
        for (fault, words) in [
            (Fault::Black, "black, offline, clock -3600, seats 2"),
            (Fault::Stutter, "stutter, offline, clock -3600, seats 2"),
            (Fault::Thaw, "offline, clock -3600, seats 2"),
            (Fault::NewPassword, "freeze, password, clock -3600, seats 2"),
            (Fault::Online, "freeze, clock -3600, seats 2"),
            (Fault::Clock { seconds: 0 }, "freeze, offline, seats 2"),
            (Fault::Heal, "well"),
        ] {
            assert_eq!(faults.after(fault).words(), words);
        }
    }
}
