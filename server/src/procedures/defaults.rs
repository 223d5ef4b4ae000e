//! The procedures that every estate starts with, one file each, inside the program.

use super::files::{Loaded, add};
use anyhow::ensure;
use castellan_domain::procedure::Procedure;

/// Every file with its name, in the order of the list that people know.
macro_rules! defaults {
    ($($name:literal)*) => {
        [$((
            concat!("assets/defaults/procedures/", $name, ".toml"),
            include_str!(concat!("../../../assets/defaults/procedures/", $name, ".toml")),
        )),*]
    };
}

const DEFAULTS: [(&str, &str); 28] = defaults! {
    "gas" "fire" "ebike_fire" "ebike_in_lift" "entrapment" "medical" "help" "duress"
    "guard_attacked" "guard_missing" "intrusion" "perimeter" "falling_object" "dispute"
    "missing_person" "water_leak" "rainstorm" "power_failure" "earthquake" "public_health"
    "system_down" "check_identity" "check" "close_door" "move_on" "suspicious_object"
    "repeat_round" "repair"
};

/// The procedures that an estate gets where it names none of that id.
pub(crate) fn default_procedures() -> anyhow::Result<Vec<Procedure>> {
    let mut loaded = Loaded::default();
    for (name, text) in DEFAULTS {
        add(&mut loaded, name, text);
    }
    ensure!(loaded.faults.is_empty(), "{}", loaded.told());
    Ok(loaded.procedures())
}

#[cfg(test)]
mod tests {
    use super::*;
    use castellan_domain::procedure::Hotline;
    use std::collections::BTreeSet;
    use std::fs;

    /// What was agreed on for each, as it was written: arrows between the steps, prohibitions in
    /// brackets.
    #[rustfmt::skip]
    const AGREED: [(&str, &str); 28] = [
        ("gas", "〔禁明火、禁开关电器、禁按门铃、禁乘电梯、禁启动车辆,手机和非防爆对讲机留在警戒线外〕→ 派2人走楼梯带检漏仪 → 设警戒,封地库入口 → 工程仅关授权操作的阀门,其余等燃气公司 → 燃气公司,高限或不适即119/120 → 敲门疏散上方住户 → 燃气公司两次测零 → 解除。"),
        ("fire", "〔禁乘电梯〕最快核实(到场优先) → 真火:联动转自动,同时119 → 启动预案,报消防安全责任人 → 1-3-5 到场 → 广播疏散、迎车、清点 → 保护现场;误报:查因,填维修记录。"),
        ("ebike_fire", "〔禁乘电梯、不近身,电池可能爆燃复燃〕疏散同单元,关防火门 → 119 → 断充电电源 → 看护至消防移交。"),
        ("ebike_in_lift", "对讲劝离 → 有阻车联动则电梯停层开门 → 派人到层,请推出 → 引导至集中充电点 → 登记;同户三次报主管。"),
        ("entrapment", "接对讲,问人数/老幼/不适 → \"不要扒门,已派人\" → 派人守层门〔严禁自行盘车、扒门〕→ 120秒内通知维保 → 每3分钟安抚 → 不适即120,维保30分钟未到打96333 → 停梯挂牌,检修合格后恢复。"),
        ("medical", "问意识、呼吸、年龄、位置 → 120,开免提 → 最近持急救证者带 AED 与急救箱 → 无反应无正常呼吸:心肺复苏,听120指导;非危险不搬动 → 一部电梯待命,专人到门口引路 → 通知家属、管家 → 记录各时刻。"),
        ("help", "通话,问\"在哪里、怎么了、有没有受伤\",不挂断 → 最近2人到场 → 按回答转医疗、纠纷、走失或其他 → 无应答按真警到场 → 查明原因,复位。"),
        ("duress", "〔不回拨、不广播、不亮灯、不靠近〕只限班长以上知情 → 110,说明胁迫与位置 → 远处观察,留意出口,不拦截 → 调画面,保全录像 → 警方到场后听其指挥。"),
        ("guard_attacked", "只听不外放 → 最近2人结伴接近 → 110;受伤120 → 调最近画面 → 报班长、主管 → 到场确认安全再处置 → 就医、上报。"),
        ("guard_missing", "呼叫三次(对讲、电话、同岗) → 看最后位置、门禁、画面 → 同伴沿其路线去找 → 10分钟未找到:报班长,2人搜索;有危险迹象按遇袭 → 找到:记录状态;设备故障报修。"),
        ("intrusion", "调画面 → 电话核实是否本人误触或授权施工 → 2人一组到场,另一岗看出口 → 见人:保持距离,表明身份,劝留并等110〔不单独接近、不追入室内〕→ 查门窗与损失,通知业主 → 保全录像。失窃:不进入,保护现场,110。"),
        ("perimeter", "调画面 → 2人一组沿内侧跟随监视,另一岗守出口〔不单独接近〕→ 劝离或劝留;真警110 → 查沿线门窗 → 保全录像。"),
        ("falling_object", "有伤先120 → 拉警戒〔勿站楼下〕→ 调仰拍前60秒 → 勿移动落物,拍照 → 110;配合逐户核实。"),
        ("dispute", "2人以上到场,先分开双方 → 劝离围观,护住老幼 → 有器械或受伤:110、120 → 执法记录仪开启 → 记双方与见证人〔不动手、不扣人、不扣物〕→ 移交或调解。"),
        ("missing_person", "记姓名、年龄、衣着、最后地点与时间(照片只存备注) → 立即通知各出入口 → 回看最后画面,逐机接力 → 先查水边、车库、天台、电梯 → 儿童、老人立即110,其余15分钟未见110 → 找到:核对身份,通知家属,复盘。"),
        ("water_leak", "定位;危及配电先请工程断电 → 电梯底坑进水:停梯 → 工程关分段阀 → 挡水、排水 → 通知楼下住户 → 拍照记录 → 恢复前检测。"),
        ("rainstorm", "挡水板、沙袋到位,试排水泵 → 封地库入口,广播请车主 → 进水:撤人优先〔禁止下库救车〕,工程断地库非消防电源 → 电梯升至二层以上停用 → 119或排水抢险 → 水退检测后送电。"),
        ("power_failure", "〔电梯停用〕逐台查电梯是否困人 → 查出入口:断电后里面能出来 → 工程:发电机、应急照明、消防电源、生活泵 → 问供电公司范围与时长 → 通知住户 → 复电逐项检查。"),
        ("earthquake", "〔先避险,不跑电梯〕震后引导至避难场所,清点 → 授权人员断气断电 → 查困梯、困人 → 外墙坠物处设警戒 → 防余震,未经检查不返楼 → 报街道与应急部门。"),
        ("public_health", "报社区与疾控,按其指令 → 出入口登记与防护 → 标识通道与隔离点 → 物资配送 → 消杀记录〔不公开个人信息〕→ 解除。"),
        ("system_down", "说明影响范围 → 改用对讲与抽屉1的处置卡 → 出入口、消控室、机房增岗 → 每15分钟报平安 → 工程、维保、运营商报修,计时 → 恢复后补录,核对漏报。"),
        ("check_identity", "看抓拍 → 门岗礼貌询问 → 有人认可或已登记即结束 → 不明人员:派岗跟随观察 → 可疑转入侵。"),
        ("check", "核对区域与时间 → 呼叫当事岗位或门岗 → 车辆:人工复核车牌〔不擅自扣车〕→ 按名单要求处置 → 记录。"),
        ("close_door", "看画面:人、物、搬家 → 对讲提醒 → 最近岗关门 → 关不上:报修,出入口派人守到修好 → 记录。"),
        ("move_on", "电话请车主挪车 → 派岗到场劝离,拍照 → 30分钟未离:报交警、消防并记录〔不擅自拖移〕。"),
        ("suspicious_object", "〔不触碰、不移动;15米内不用手机与对讲机〕回看谁放的 → 广播寻主 → 警戒并疏散周围 → 110,警方接管。"),
        ("repeat_round", "问明原因 → 本人或他人补巡并记录 → 同一点一周三次:查点位与路线。"),
        ("repair", "判断影响(盲区、失防) → 邻近画面或增岗补位 → 报修单,计时4小时 → 到场签到 → 修复验证 → 更新设备档案。"),
    ];

    /// The words alone.
    fn bare(text: &str) -> String {
        let apart = " ,，;；:：、。/→\"“”()（）";
        text.chars().filter(|c| !apart.contains(*c)).collect()
    }

    /// Outside and inside of the brackets.
    fn parted(kernel: &str) -> (String, String) {
        let mut parts = (String::new(), String::new());
        let mut is_inside = false;
        for c in kernel.chars() {
            match c {
                '〔' => is_inside = true,
                '〕' => is_inside = false,
                c if is_inside => parts.1.push(c),
                c => parts.0.push(c),
            }
        }
        (bare(&parts.0), bare(&parts.1))
    }

    #[test]
    fn the_defaults_say_what_was_agreed_on_word_for_word_and_nothing_else() {
        let defaults = default_procedures().unwrap();
        let ids: Vec<_> = defaults.iter().map(|p| p.id().as_str()).collect();
        assert_eq!(ids, AGREED.map(|(id, _)| id));
        for (procedure, (id, kernel)) in defaults.iter().zip(AGREED) {
            let steps = procedure.steps().iter().map(|step| step.words.zh.as_str());
            let forbidden = procedure.prohibitions().iter().map(|p| p.zh.as_str());
            let said = (
                bare(&steps.collect::<String>()),
                bare(&forbidden.collect::<String>()),
            );
            assert_eq!(said, parted(kernel), "{id}");
        }
    }

    #[test]
    fn numbers_mean_in_both_languages_what_the_words_say() {
        // Seconds, and who guides the hands of whoever is there already.
        let no_calls = ["120秒内", "听120指导"];
        let mut deadlines = Vec::new();
        for procedure in default_procedures().unwrap() {
            for step in procedure.steps() {
                let at = format!("{} {}", procedure.id(), step.id);
                let [zh, en] =
                    [&step.words.zh, &step.words.en].map(|words| numbers(words.as_str()));
                assert!(zh.is_subset(&en), "{at}: {zh:?} {en:?}");
                let calls = no_calls
                    .iter()
                    .fold(step.words.zh.to_string(), |words, no_call| {
                        words.replace(no_call, "")
                    });
                for number in Hotline::ALL {
                    let is_called = numbers(&calls).contains(number.word());
                    assert_eq!(is_called, step.read_aloud.contains(number), "{at}");
                }
                deadlines.extend(step.deadline_s.map(|deadline| (at, deadline)));
            }
        }
        let agreed = [
            ("entrapment firm", 120),
            ("entrapment firm_late", 30 * 60),
            ("guard_missing search", 10 * 60),
            ("missing_person call", 15 * 60),
            ("move_on report", 30 * 60),
            ("repair arrive", 4 * 3_600),
        ];
        assert_eq!(deadlines, agreed.map(|(at, s)| (at.to_owned(), s)));
    }

    fn numbers(text: &str) -> BTreeSet<String> {
        let digits = text.split(|c: char| !c.is_ascii_digit());
        digits
            .filter(|digits| !digits.is_empty())
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn every_file_of_the_folder_is_inside_the_program() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/defaults/procedures");
        let mut there: Vec<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let name = |(path, _): (&'static str, &str)| path.rsplit('/').next().unwrap_or(path);
        let mut inside: Vec<_> = DEFAULTS.map(name).to_vec();
        there.sort();
        inside.sort_unstable();
        assert_eq!(there, inside);
    }
}
