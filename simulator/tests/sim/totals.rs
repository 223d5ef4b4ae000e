//! What a simulation went through, so that none passes in which nothing happened.

use std::fmt;

macro_rules! totals {
    ($($name:ident = $words:literal;)*) => {
        /// What a simulation went through.
        #[derive(Debug, Clone, Copy, Default)]
        pub(crate) struct Totals {
            $(pub(crate) $name: u64,)*
        }

        impl Totals {
            fn all(&self) -> Vec<(&'static str, u64)> {
                vec![$(($words, self.$name)),*]
            }

            pub(crate) fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)*
            }
        }
    };
}

totals! {
    facts = "facts";
    rebuilds = "rebuilds";
    after_all = "commits that happened after all";
    connections = "connections";
    lost = "facts lost on the way to a display";
    snapshots = "snapshots";
    raised = "raised";
    joined = "joined";
    confirmed = "confirmed by a second source";
    risen = "risen";
    returned = "returned";
    overdue = "overdue";
    late = "late";
    shelved = "shelved";
    unheard = "not said again";
    unheard_over = "over by silence";
    followed_up = "follow-ups by key";
    verified = "false verdicts with a basis";
    unverified = "verdicts that lacked one";
    tiers = "tiers that ended before others";
    gaps = "gaps as rows";
    steps = "steps of the clock as rows";
    disks = "low disks";
    floods = "floods";
    folded = "folded in a flood";
    set_aside = "set aside";
    judged = "judged";
    resumed = "recording resumed";
    drills = "facts of drills";
    races = "claims lost in a race";
    opened = "doors opened";
    closed = "doors closed";
    granted = "grants";
    old_news = "old news of doors";
    orders = "orders to doors";
    orders_heard = "orders that drivers heard";
    orders_unsent = "orders that were never sent";
    orders_unknown = "orders of which nobody knows";
    orders_busy = "orders for a door that had one";
    ladders_unclaimed = "ladders of what nobody had";
    ladders_undispatched = "ladders of what nobody was sent for";
    ladders_unaccepted = "ladders of what nobody accepted";
    ladders_not_on_scene = "ladders of people on their way";
    ladders_stopped = "ladders that an answer stopped";
    rungs_empty = "rungs without anybody";
    called = "people called";
    calls_sent = "calls that left";
    calls_again = "calls that left again after a crash";
    calls_answered = "calls that an answer kept";
    forced = "doors forced";
    held = "doors held";
    doors_gone = "doors that left with something to say";
    silences = "silent devices";
    heard_again = "devices heard again";
    upstream = "joined upstream";
    switches = "switches down";
    guards_silent = "silent guards";
    positions_old = "old positions of phones that spoke";
    moved = "rows that moved with their callers";
    untrue = "places that cannot be true";
    entered = "areas entered";
    left = "areas left";
    breaches = "area breaches";
    clocks_set = "clocks of phones that fell back";
    jumps = "impossible jumps";
    calls = "calls for help";
    bound = "phones bound";
    unbound = "phones unbound";
    call_signs = "call signs";
    switched = "zones switched by schedule";
    estates = "estates published";
    restores = "restores";
    ahead = "displays ahead of a restored record";
    cached = "folds from a snapshot on disk";
    stale_caches = "snapshots of another fold thrown away";
    follower_behind = "facts the follower was behind";
    follower_crashes = "crashes of the follower";
    follower_anew = "followers that began anew";
    walls = "walls taken down and put up";
}

impl Totals {
    pub(crate) fn assert_eventful(&self) {
        for (what, count) in self.all() {
            assert!(count > 0, "no {what} in all these nights");
        }
    }
}

impl fmt::Display for Totals {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (what, count)) in self.all().into_iter().enumerate() {
            let comma = if index > 0 { ", " } else { "" };
            write!(f, "{comma}{count} {what}")?;
        }
        Ok(())
    }
}
