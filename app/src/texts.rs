//! Every word of the screen, in both languages, side by side.
//!
//! A plain table that the compiler checks: a text cannot exist in one language only. It needs no
//! library, because nothing here is plural, gendered or loaded at run time.

use castellan_domain::text::Language;

macro_rules! texts {
    ($($key:ident: $zh:literal, $en:literal;)*) => {
        /// A text of the screen.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Key {
            $(#[doc = $en] $key,)*
        }

        impl Key {
            /// Every text, for tests.
            pub const ALL: &'static [Self] = &[$(Self::$key),*];

            /// The words in one language.
            pub const fn get(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Self::$key, Language::Zh) => $zh,)*
                    $((Self::$key, Language::En) => $en,)*
                }
            }
        }
    };
}

impl Key {
    /// The words with `parts` where they say `{0}`, `{1}` and so on: the languages put them in
    /// different places.
    pub fn fill(self, language: Language, parts: &[&str]) -> String {
        let mut words = String::new();
        let mut rest = self.get(language);
        while let Some((before, after)) = rest.split_once('{') {
            let (index, after) = after.split_once('}').unwrap_or((after, ""));
            let part = index.parse().ok().and_then(|n: usize| parts.get(n));
            words.push_str(before);
            words.push_str(part.copied().unwrap_or_default());
            rest = after;
        }
        words.push_str(rest);
        words
    }
}

texts! {
    Alarms: "报警", "Alarms";
    Queue: "报警列表", "Alarm queue";
    QueueEmpty: "没有待处理的报警。", "No alarm needs anybody.";
    QueueEmptyHint: "新报警会出现在这里，按 G 跳到最新一条。", "A new alarm appears here; G takes you to it.";
    NewArrivals: "新报警", "New";
    JumpKey: "G 跳转", "G to go there";
    JudgedActive: "已判定·未恢复", "Judged, still active";
    Closed: "24 小时内已结束", "Closed within 24 hours";
    Unclaimed: "待接警", "Unclaimed";
    Overdue: "超时", "overdue";
    OverdueTimes: "已超时", "overdue";
    DueIn: "剩余", "left";
    Claim: "接警", "Claim";
    Acknowledge: "签收", "Acknowledge";
    AcknowledgedBy: "已签收 · {0}", "Acknowledged: {0}";
    Mute: "静音 60 秒", "Mute 60 s";
    MutedFor: "静音 {0}（{1}）", "Muted {0} ({1})";
    MutedBefore: "静音过 {0} 次", "Muted {0}× before";
    Shelve: "限时挂起", "Shelve";
    Shelved: "限时挂起", "Shelved";
    ShelvedFor: "剩余 {0} · {1} · {2}", "{0} left, {1}, {2}";
    Unshelve: "取消挂起", "Unshelve";
    ShelfReasonPrompt: "挂起原因：按 1–5，Esc 取消", "Why: press 1–5, Esc cancels";
    ShelfTimePrompt: "挂起多久：按 1–4", "For how long: press 1–4";
    ShelfMaintenance: "检修", "Maintenance";
    ShelfKnownFault: "设备故障", "Known fault";
    ShelfWorks: "施工", "Works";
    ShelfWeather: "天气", "Weather";
    ShelfEvent: "活动", "Event";
    Shelf15Min: "15 分钟", "15 min";
    Shelf1H: "1 小时", "1 h";
    Shelf4H: "4 小时", "4 h";
    ShelfShiftEnd: "到班次结束", "Until the shift ends";
    Release: "放弃接警", "Release";
    Transfer: "转交", "Transfer";
    TransferPrompt: "转交给谁？Esc 取消", "To whom? Esc cancels";
    TransferNobody: "没有其他人可以接警。", "Nobody else may own alarms.";
    Split: "拆分", "Split";
    JoinedCount: "另 {0} 台", "+{0} more";
    JoinedList: "并入本条的来源", "Part of this alarm";
    JoinedSecondSource: "第二来源", "second source";
    JoinedUpstream: "同一上级设备", "same upstream device";
    JoinedFlood: "激增时折叠", "folded in the flood";
    RisenBecause: "升级：{0}", "Risen: {0}";
    RisenReported: "来源上报加重", "its source reported worse";
    RisenSecondSource: "第二来源 {0}", "second source {0}";
    RisenUpstream: "上级设备 {0}", "upstream device {0}";
    RisenFrom: "{0}。原为 {1}（{2}）", "{0}. It was {1} ({2})";
    ReturnedBecause: "退回：{0}", "Back: {0}";
    ReturnedFrom: "退回：{0}（{1}）", "Back: {0} ({1})";
    NoticedLate: "系统停顿，迟 {0}", "noticed {0} late, the server stood still";
    ReturnedReleased: "放弃接警", "released";
    ReturnedNoFollowUp: "接警或签收后无动作", "claimed or acknowledged, then nothing done";
    ReturnedOwnerAbsent: "接警人离线", "owner's console gone";
    ReturnedShiftEnd: "班次结束", "end of the shift";
    ReturnedStillActive: "已判定但未恢复", "judged, still active";
    ReturnedRisen: "判定后升级", "rose after its verdict";
    ReturnedAgain: "判定后再次发生", "again after its verdict";
    BackUnlessDone: "{0} 内无动作则退回", "Back in {0} unless something is done";
    BackOwnerAbsent: "接警人离线，{0} 后退回", "Owner's console gone; back in {0}";
    BackForReview: "{0} 后复核", "Review in {0}";
    BackIfActive: "{0} 后仍未恢复则退回", "Back in {0} if still active";
    Drill: "演练", "Drill";
    Verdict: "核实结论", "Verdict";
    VerdictGenuine: "真警", "Genuine";
    VerdictEnvironment: "环境干扰", "Environment";
    VerdictDeviceFault: "设备误报", "Device fault";
    VerdictTest: "测试", "Test";
    Note: "备注", "Note";
    NotePlaceholder: "写下看到的情况，最多 500 字", "What you see, 500 characters at most";
    NoteSend: "记录", "Record";
    NoteErased: "（内容已清除）", "(erased)";
    NoteLoading: "（正在读取…）", "(reading…)";
    Timeline: "经过", "Timeline";
    TimelineOccurred: "发生", "Happened";
    TimelineRaised: "报警", "Raised";
    TimelineGapBegan: "记录中断", "Recording stopped";
    TimelineGapEnded: "恢复记录", "Recording again";
    TimelineRepeated: "重复上报", "Reported again";
    TimelineCleared: "恢复", "Cleared";
    TimelineClaimed: "接警", "Claimed";
    TimelineJudged: "判定", "Judged";
    TimelineFormer: "原结论", "Judged before";
    TimelineAcknowledged: "签收", "Acknowledged";
    TimelineShelved: "限时挂起", "Shelved";
    TimelineReturned: "退回", "Returned";
    TimelineRisen: "升级", "Rose";
    Times: "次", "×";
    Condition: "状态", "Condition";
    SinceAlarm: "距报警", "Since the alarm";
    StillActive: "仍在报警", "Still active";
    Cleared: "已恢复", "Cleared";
    Momentary: "瞬时", "One-off";
    Source: "报警源", "Source";
    Place: "位置", "Place";
    Owner: "接警人", "Owner";
    Nobody: "未接警", "Nobody";
    Selected: "已选中", "Selected";
    SelectHint: "从列表或地图上选一条报警。", "Pick an alarm in the list or on the map.";
    Guards: "安保员", "Guards";
    GuardsEmpty: "还没有收到任何手机定位。", "No phone has sent a position yet.";
    LastHeard: "最后定位", "Last heard";
    NeverHeard: "未上线", "not heard";
    Accuracy: "精度", "Accuracy";
    Devices: "设备", "Devices";
    PlaceTitle: "楼栋与区域", "Buildings and areas";
    BuildingKind: "楼栋", "Building";
    AreaResponsibility: "责任区", "Area of responsibility";
    AreaForbidden: "禁入区", "Forbidden area";
    AreaKeepsIn: "须在区内", "To stay inside";
    AreaLetsIn: "可进入", "May enter";
    NobodyMayEnter: "任何人不得进入", "Nobody";
    Floors: "楼层", "Floors";
    DevicesHere: "设备数", "Devices here";
    Door: "门状态", "Door";
    DoorClosed: "关闭 {0}", "Closed {0}";
    DoorOpen: "打开 {0} · 剩余 {1}", "Open {0}, {1} left";
    DoorHeld: "打开 {0} · 超时", "Open {0}, for too long";
    DoorUnknown: "状态未知", "state unknown";
    LastReport: "最后上报", "Last report";
    HeardAgo: "{0} 前上报", "heard {0} ago";
    ReportsWithin: "上报周期", "Reports within";
    ReachedThrough: "上级设备", "Reached through";
    DevicesBehind: "下级设备", "Devices behind it";
    InZone: "防区", "Armed zone";
    OpenHere: "未结束报警", "Open alarms";
    KindDoor: "门禁点", "Door";
    KindCamera: "摄像机", "Camera";
    KindDetector: "探测器", "Detector";
    KindPanel: "报警主机", "Alarm panel";
    KindFirePanel: "消防主机", "Fire panel";
    KindBarrier: "道闸", "Barrier";
    KindCallPoint: "手动报警按钮", "Manual call point";
    KindPanicButton: "紧急按钮", "Panic button";
    KindHelpPoint: "求助柱", "Help point";
    KindLift: "电梯", "Lift";
    KindNetwork: "交换机", "Network switch";
    SourceSystem: "系统本身", "Castellan itself";
    OnDuty: "在岗", "On duty";
    OffDuty: "不在岗", "Off duty";
    Duty: "值勤", "Duty";
    GoOnDuty: "上岗", "Go on duty";
    GoOffDuty: "下岗", "Go off duty";
    NobodyOnDuty: "无人在岗", "Nobody on duty";
    MorePeople: "另 {0} 人", "{0} more";
    Zones: "防区", "Zones";
    Armed: "已布防", "Armed";
    Disarmed: "已撤防", "Disarmed";
    Arm: "布防", "Arm";
    Disarm: "撤防", "Disarm";
    ArmConsequence: "布防后，此防区的触发会成为报警", "Once armed, what this zone reports becomes an alarm";
    DisarmConsequence: "撤防后，此防区的触发不再成为报警", "Once disarmed, what this zone reports is no alarm";
    BySchedule: "按计划", "by schedule";
    Flood: "报警激增：另 {0} 起已折叠，0 丢失", "Alarm flood: {0} more folded, 0 lost";
    Unrecorded: "未入档的上报与求救", "Reports and calls not on the record";
    UnrecordedAdvice: "服务器无法记录，请用对讲核实。这些不是报警，不能接警。", "The server cannot record these: check by radio. They are no alarms and cannot be claimed.";
    UnrecordedTimes: "上报 {0} 次", "reported {0}×";
    UnrecordedLeftOut: "另 {0} 条未列出", "{0} more not listed";
    Connecting: "正在连接…", "Connecting…";
    Live: "实时", "Live";
    Unsure: "信号不稳", "Unsure";
    Stale: "实时数据中断", "Live data interrupted";
    Since: "自", "since";
    StaleAdvice: "画面停在该时刻，正在重连。请用对讲机联络，按纸质处置卡处理。", "The picture stopped at that moment; reconnecting. Use the radio and the printed cards.";
    NotRecording: "未记录：服务器无法保存", "Not recording: the server cannot save";
    NotRecordingAdvice: "新操作不会生效。请用对讲机，并通知系统管理员检查磁盘。", "Nothing new takes effect. Use the radio and have the server's disk checked.";
    WhoAreYou: "请选择值班人员", "Who is on duty here?";
    NoSignIn: "尚无登录功能：本机上的任何人都可以选择任何身份。", "There is no sign-in yet: anybody at this machine can be anybody.";
    RoleGuard: "安保员", "Guard";
    RoleEngineer: "工程值班", "Duty engineer";
    RoleOperator: "值班员", "Operator";
    RoleShiftLeader: "班长", "Shift leader";
    RoleDutyManager: "值班主管", "Duty manager";
    RoleProjectManager: "项目经理", "Project manager";
    SwitchPerson: "换人", "Change person";
    ThemeDark: "深色", "Dark";
    ThemeLight: "浅色", "Light";
    OtherLanguage: "English", "中文";
    Help: "帮助", "Help";
    HelpKeys: "快捷键", "Keys";
    KeyClaim: "接警（选中 0.4 秒后有效）", "Claim (after a row was selected for 0.4 s)";
    KeyVerdict: "核实结论：1 真警 2 环境干扰 3 设备误报 4 测试", "Verdict: 1 genuine, 2 environment, 3 device fault, 4 test";
    KeyAcknowledge: "签收（三、四级；班长以上任何级别）", "Acknowledge (P3 and P4; a leader any)";
    KeyMute: "静音 60 秒，时限照走", "Mute for 60 s; deadlines run on";
    KeyShelve: "限时挂起：1–5 原因，再 1–4 时长", "Shelve: 1–5 why, then 1–4 how long";
    KeyNewest: "跳到最新报警", "Go to the newest alarm";
    KeyNote: "写备注", "Write a note";
    KeyMove: "上一条 / 下一条", "Previous / next row";
    KeyBack: "返回", "Back";
    Close: "关闭", "Close";
    CorrectVerdict: "更正结论", "Correct the verdict";
    VerdictPrompt: "核实结论：按 1–4，Esc 取消", "Verdict: press 1–4, Esc cancels";
    LostRace: "先接", "was first";
    Seconds: "秒", "s";
    SendFailed: "没有发出去：服务器连不上。请再试一次，或用对讲机。", "Not sent: the server cannot be reached. Try again, or use the radio.";
    NotRecordedError: "没有记录成功。服务器正在恢复，请看清列表后再试。", "It could not be recorded. The server is recovering; look at the list, then try again.";
    BusyError: "服务器繁忙，没有生效。请几秒后再试。", "Too much is waiting; nothing happened. Try again in a few seconds.";
    NotClaimedError: "请先接警，再下结论。", "Claim the alarm first, then judge it.";
    NotOwnerError: "这条报警由此人处理，只有本人、班长或主管可以操作：", "Only its owner, a shift leader or a duty manager may do this. Owner:";
    AlreadyJudgedError: "已经判定过了：", "Already judged by";
    AlreadyAcknowledgedError: "{0} 已签收。", "{0} has acknowledged it already.";
    ClaimInsteadError: "一、二级报警不能只签收，请接警（Enter）。", "P1 and P2 are not acknowledged but claimed (Enter).";
    AlreadyMutedError: "{0} 已静音，剩余 {1}。", "{0} has muted it already; {1} left.";
    MutedTooOftenError: "一级报警最多静音 {0} 次，请接警。", "A P1 alarm is muted {0} times at most; claim it.";
    NeverShelvedError: "一级报警不能挂起，请接警。", "A P1 alarm is never shelved; claim it.";
    AlreadyShelvedError: "{0} 已挂起，剩余 {1}。", "{0} has shelved it already; {1} left.";
    TooManyShelvedError: "已挂起 {0} 条，请先取消一些。", "{0} alarms are shelved already; unshelve some first.";
    ShelfTimeError: "挂起时长须在 1 分钟到 12 小时之间。", "An alarm is shelved for one minute to twelve hours.";
    NotShelvedError: "这条报警没有挂起。", "This alarm is not shelved.";
    NotJudgedError: "还没有结论，不能更正。", "It has no verdict yet that could be corrected.";
    NotJoinedError: "该来源已不在这条报警里。", "That source is no longer part of this alarm.";
    PersonGoneError: "园区资料里没有此人：{0}", "The estate has no such person: {0}";
    CannotOwnError: "{0} 不能接警，请选值班员或以上人员。", "{0} may not own alarms; choose an operator or above.";
    UnknownPhoneError: "手机 {0} 没有登记给任何人。", "The phone {0} belongs to nobody.";
    UnknownZoneError: "园区资料里没有这个防区：{0}", "The estate has no such zone: {0}";
    NotInEstateError: "园区资料里没有这台设备。", "The estate has no such device.";
    NotADoorError: "园区资料里，这台设备不是受控的门。", "In the estate this device is no watched door.";
    NoRemoteReleaseError: "园区资料不允许远程开这扇门：{0}", "The estate does not let this door be opened from here: {0}";
    UnderWayByError: "{0} 正在开这扇门，请等结果。", "{0} is opening this door already; wait for the outcome.";
    UnderWayError: "这扇门正在开，请等结果。", "This door is being opened already; wait for the outcome.";
    NoDriverError: "服务器没有接门禁驱动，没有发出。请派人到现场开门。", "This server has no driver for doors, so nothing was sent. Open it on the spot.";
    NothingToDoError: "已经是这样，没有变化。", "It is so already; nothing was changed.";
    ChangedError: "这条报警刚刚变化，请看清后再操作。", "The alarm has just changed. Look again, then repeat.";
    GoneError: "这条报警已不在 24 小时列表中。", "This alarm is no longer in the list of 24 hours.";
    NotAllowedError: "当前身份无权操作，请找值班员。", "Your role may not do this. Ask an operator.";
    NotesFullError: "备注已满 200 条。", "The alarm has 200 notes already; no more fit.";
    UnknownPersonError: "服务器不认识当前身份，请重新选择值班人员。", "The server does not know you. Choose again who is on duty.";
    SiteUnknown: "服务器上没有这个园区，请检查网址中的 site。", "The server has no such site; check the address after site=.";
    WrongVersion: "页面版本与服务器不一致，正在重新载入。若仍看到此提示，请按 Ctrl+Shift+R。", "This page is not of the server's version; reloading. If this stays, press Ctrl+Shift+R.";
    SiteUnreachable: "连不上服务器，正在重试…", "The server cannot be reached; trying again…";
    PriorityP1: "一级 紧急", "P1 critical";
    PriorityP2: "二级 重要", "P2 high";
    PriorityP3: "三级 一般", "P3 medium";
    PriorityP4: "四级 提示", "P4 low";
    PriorityShortP1: "一级", "P1";
    PriorityShortP2: "二级", "P2";
    PriorityShortP3: "三级", "P3";
    PriorityShortP4: "四级", "P4";
    Console: "控制台", "Console";
    NoPage: "没有这个页面", "There is no such page";
    NoPageAdvice: "请检查网址，或从这里继续：", "Check the address, or go on from here:";
    MapLabel: "实时地图", "Live map";
    Show: "在地图上显示", "Show on the map";
    Sending: "正在发送…", "Sending…";
    DoubtedClock: "设备时钟有误，以接收时间为准", "The device's clock is wrong; the time of receipt counts";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_go_where_the_language_wants_them() {
        let parts = ["06:00", "检修", "李娜"];
        assert_eq!(
            Key::ShelvedFor.fill(Language::Zh, &parts),
            "剩余 06:00 · 检修 · 李娜"
        );
        assert_eq!(
            Key::Flood.fill(Language::En, &[]),
            "Alarm flood:  more folded, 0 lost"
        );
        for key in Key::ALL {
            let has = |language, n: usize| key.get(language).contains(&format!("{{{n}}}"));
            for n in 0..4 {
                assert_eq!(has(Language::Zh, n), has(Language::En, n), "{key:?} {n}");
            }
        }
    }

    #[test]
    fn every_text_has_words_in_both_languages_and_its_own_script() {
        let has_han = |text: &str| text.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        for key in Key::ALL {
            let (zh, en) = (key.get(Language::Zh), key.get(Language::En));
            assert!(!zh.is_empty() && !en.is_empty(), "{key:?}");
            if *key != Key::OtherLanguage {
                assert!(has_han(zh), "{key:?} is not Chinese: {zh}");
                assert!(!has_han(en), "{key:?} is not English: {en}");
            }
        }
    }
}
