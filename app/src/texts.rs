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
    OverdueTimes: "已超时", "times overdue";
    DueIn: "剩余", "left";
    Claim: "接警", "Claim";
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
    TimelineRepeated: "重复上报", "Reported again";
    TimelineCleared: "恢复", "Cleared";
    TimelineClaimed: "接警", "Claimed";
    TimelineJudged: "判定", "Judged";
    Times: "次", "times";
    Condition: "状态", "Condition";
    SinceAlarm: "距报警", "Since the alarm";
    StillActive: "仍在报警", "Still active";
    Cleared: "已恢复", "Cleared";
    Momentary: "瞬时", "One-off";
    Device: "设备", "Device";
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
    RoleOperator: "值班员", "Operator";
    RoleShiftLeader: "班长", "Shift leader";
    RoleDutyManager: "值班主管", "Duty manager";
    SwitchPerson: "换人", "Change person";
    ThemeDark: "深色", "Dark";
    ThemeLight: "浅色", "Light";
    OtherLanguage: "English", "中文";
    Help: "帮助", "Help";
    HelpKeys: "快捷键", "Keys";
    KeyClaim: "接警（选中 0.4 秒后有效）", "Claim (after a row was selected for 0.4 s)";
    KeyVerdict: "核实结论：1 真警 2 环境干扰 3 设备误报 4 测试", "Verdict: 1 genuine, 2 environment, 3 device fault, 4 test";
    KeyNewest: "跳到最新报警", "Go to the newest alarm";
    KeyNote: "写备注", "Write a note";
    KeyMove: "上一条 / 下一条", "Previous / next row";
    KeyBack: "返回", "Back";
    Close: "关闭", "Close";
    VerdictPrompt: "核实结论：按 1–4，Esc 取消", "Verdict: press 1–4, Esc cancels";
    LostRace: "先接", "was first";
    Seconds: "秒", "s";
    SendFailed: "没有发出去：服务器连不上。请再试一次，或用对讲机。", "Not sent: the server cannot be reached. Try again, or use the radio.";
    NotRecordedError: "没有记录成功。服务器正在恢复，请看清列表后再试。", "It could not be recorded. The server is recovering; look at the list, then try again.";
    BusyError: "服务器繁忙，没有生效。请几秒后再试。", "Too much is waiting; nothing happened. Try again in a few seconds.";
    NotClaimedError: "请先接警，再下结论。", "Claim the alarm first, then judge it.";
    NotOwnerError: "这条报警由此人处理，只有本人、班长或主管可以下结论：", "Only its owner, a shift leader or a duty manager may judge it. Owner:";
    AlreadyJudgedError: "已经判定过了：", "Already judged by";
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
    MapLabel: "实时地图", "Live map";
    Show: "在地图上显示", "Show on the map";
    Sending: "正在发送…", "Sending…";
    DoubtedClock: "设备时钟有误，以接收时间为准", "The device's clock is wrong; the time of receipt counts";
}

#[cfg(test)]
mod tests {
    use super::*;

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
