//! Words of the top bar and of the help.

use crate::texts::texts;

texts! {
    ALARMS: "报警", "Alarms";
    FLOOD: "报警激增：另 {0} 起已折叠，0 丢失", "Alarm flood: {0} more folded, 0 lost";
    MENU: "菜单", "Menu";
    LEADER: "班长", "Shift leader";
    LEADER_ON: "在岗", "on duty";
    LEADER_OFF: "不在岗", "off duty";
    SHELVED: "挂起", "Shelved";
    HANDOVER: "交接班", "Handover";
    HANDOVER_IN: "{0} 后", "in {0}";
    KEY_ENDS: "队列顶 / 底、翻页", "Top, bottom, a page";
    SWITCH_PERSON: "换人", "Change person";
    CAMERAS: "多画面（新窗口）", "Pictures (new window)";
    THEME_DARK: "深色", "Dark";
    THEME_LIGHT: "浅色", "Light";
    HELP: "帮助", "Help";
    HEALTH: "系统健康", "Health";
    HELP_KEYS: "快捷键", "Keys";
    KEY_CLAIM: "接警（选中 0.4 秒后有效）", "Claim (after a row was selected for 0.4 s)";
    KEY_VERDICT: "核实结论：1 真警 2 环境干扰 3 设备误报 4 测试；火警、燃气再按 1 到场 2 画面 3 电话", "Verdict: 1 genuine, 2 environment, 3 device fault, 4 test; of fire and gas then 1 on scene, 2 picture, 3 phone";
    KEY_ACKNOWLEDGE: "签收（三、四级；班长以上任何级别）", "Acknowledge (P3 and P4; a leader any)";
    KEY_MUTE: "静音 60 秒，时限照走", "Mute for 60 s; deadlines run on";
    KEY_SHELVE: "限时挂起：1–5 原因，再 1–4 时长", "Shelve: 1–5 why, then 1–4 how long";
    KEY_NEWEST: "跳到最新报警", "Go to the newest alarm";
    KEY_NOTE: "写备注", "Write a note";
    KEY_DISPATCH: "派单：按钮上的人", "Send whoever is named on the button";
    KEY_PEOPLE: "派单名单", "List who else could be sent";
    KEY_ANSWER_FOR: "代记对讲：1 收到 2 拒单 3 出发 4 到场 5 完成 6 静默 7 求增援；再按换下一人", "Record what a guard says by radio: 1 goes, 2 declines, 3 sets out, 4 on scene, 5 done, 6 silent, 7 more people; again for the next one";
    KEY_GO_ON: "下一阶段：派出的人到场、完成，再是事件", "The next stage: of whoever was sent, then of the incident";
    KEY_MOVE_INCIDENT: "事件下一阶段：已控制、已处置、结案", "The next stage of the incident: contained, resolved, closed";
    KEY_REGISTER: "登记电话、对讲报来的事", "Register what was told by telephone or radio";
    RATE: "报警率", "Alarms";
    RATE_COUNT: "{0}/10分", "{0} in 10 min";
    KEY_STEP: "流程下一步完成", "The next step of the procedure is done";
    KEY_SKIP: "跳过下一步（选原因）", "Leave out the next step, for a reason";
    KEY_FOLLOW_UP: "已处理：1 通知工程 2 安抚住户 3 报维保 4 巡逻已看", "Done: 1 engineering called, 2 resident reassured, 3 maintenance told, 4 patrol looked";
    KEY_MOVE: "上一条 / 下一条", "Previous / next row";
    KEY_ENLARGE: "放大画面，再按换下一个（← → 也可）", "Make a picture large; again for the next one (or ← →)";
    KEY_SEE: "地图：全园、平面、倾斜", "The map: whole estate, plan, tilted";
    KEY_TAKE_BACK: "收回刚做的事（10 秒内）", "Take back what was just done (within 10 s)";
    KEY_BACK: "返回，未发出的文字保留为草稿", "Back; words that were not sent stay as a draft";
    KEY_SEARCH: "查找楼栋、设备、人员、未结报警和事件", "Search buildings, devices, people, open alarms and incidents";
    KEY_HELP: "显示这些快捷键", "Show these keys";
}
