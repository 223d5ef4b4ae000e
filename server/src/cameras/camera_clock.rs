//! What a camera's own clock says beside ours. It is known from the reports that a camera sends beside its picture (RTCP,
//! RFC 3550); one that sends none has no clock as far as we know.

use castellan_domain::time::Timestamp;
use castellan_domain::wire::camera::CLOCK_OFF_MIN_S;
use retina::rtcp::ReceivedCompoundPacket;

/// Seconds from the beginning of a report's time, 1900, to that of ours. A camera that knows no date counts from its
/// start, and so says something before this.
const EPOCH_S: u64 = 2_208_988_800;

/// A camera's clock in one session.
#[derive(Debug, Default)]
pub(super) struct CameraClock {
    /// What was last told of it.
    told_s: Option<i64>,
}

impl CameraClock {
    /// Seconds by which it is ahead of ours, where that is news.
    pub(super) fn hear(&mut self, report: &ReceivedCompoundPacket, now: Timestamp) -> Option<i64> {
        let reports = report.pkts();
        let mut times =
            reports.filter_map(|one| Some(one.as_sender_report().ok()??.ntp_timestamp()));
        self.compare(times.next()?.0, now)
    }

    fn compare(&mut self, said: u64, now: Timestamp) -> Option<i64> {
        let seconds = (said >> 32).checked_sub(EPOCH_S)?;
        let ahead_s = i64::try_from(seconds).ok()? - now.as_micros().div_euclid(1_000_000);
        let is_news = match self.told_s {
            None => true,
            Some(told) => (told - ahead_s).abs() >= CLOCK_OFF_MIN_S,
        };
        is_news.then(|| {
            self.told_s = Some(ahead_s);
            ahead_s
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_is_told_of_at_first_and_when_it_was_set() {
        let mut clock = CameraClock::default();
        let now = Timestamp::from_millis(1_800_000_000_500);
        let mut said = |seconds: u64| clock.compare((seconds + EPOCH_S) << 32, now);
        assert_eq!(said(1_800_000_003), Some(3));
        assert_eq!(said(1_800_000_005), None);
        assert_eq!(said(1_800_003_600), Some(3_600));
        assert_eq!(said(1_799_996_400), Some(-3_600));
        assert_eq!(
            clock.compare(77 << 32, now),
            None,
            "it counts from its start"
        );
    }
}
