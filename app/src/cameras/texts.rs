//! Words of cameras' pictures.

use crate::texts::texts;

texts! {
    PICTURES: "画面", "Pictures";
    ENLARGE: "放大", "Enlarge";
    AGE: "{0} 秒", "{0} s";
    CLOCK_AHEAD: "摄像机时钟快 {0}：请校时", "the camera's clock is {0} ahead: set it";
    CLOCK_BEHIND: "摄像机时钟慢 {0}：请校时", "the camera's clock is {0} behind: set it";
    STILL: "静图", "still";
    BESIDE: "附近", "nearby";
    TURNED_AWAY: "服务器未给出画面：正在重试", "the server gives no picture: trying again";
    CONNECTING: "正在接通", "connecting";
    STANDS_STILL: "画面静止，已遮盖", "the picture stands still and is covered";
    SINCE: "自 {0}", "since {0}";
    NOT_PLAYABLE: "此浏览器放不了 {0}", "this browser does not play {0}";
    NO_ADDRESS: "未设地址：请管理员添加这台摄像机", "no address: ask the administrator to add this camera";
    SEALED: "地址打不开：密钥文件缺失", "its address cannot be opened: the key file is missing";
    UNREACHABLE: "连不上：检查网线、电源和地址", "not reachable: check cable, power and address";
    NO_ANSWER: "无应答：正在重试", "no answer: trying again";
    NOT_A_CAMERA: "该地址不是摄像机：检查端口", "no camera at this address: check the port";
    DENIED: "用户名或密码不对：请管理员更正", "user or password are wrong: ask the administrator";
    DENIED_OFFERS: "用户名或密码不对（摄像机支持 {0}）", "user or password are wrong (it offers {0})";
    NO_SUCH_STREAM: "没有这路码流：检查地址", "it has no such stream: check the address";
    TOO_MANY_VIEWERS: "摄像机连接已满：一分钟后重试", "it has as many viewers as it takes: again in a minute";
    UDP_ONLY: "摄像机只支持 UDP：请改为 TCP", "it sends over UDP only: switch it to TCP";
    NO_PICTURE: "没有 H.264 或 H.265 画面：请改编码", "it sends neither H.264 nor H.265: change its codec";
    SILENT: "画面中断：正在重试", "the picture broke off: trying again";
    COVERAGE: "覆盖", "Coverage";
    COUNTING: "正在计算覆盖率", "counting";
    COVERED: "覆盖率 {0}", "coverage {0}";
    COVERED_NOW: "覆盖率 {0}（现在 {1}）", "coverage {0} (now {1})";
    WITHOUT_IT: "没有它：{0}", "without it: {0}";
    WATCHED_FROM: "公共区域，不低于 {0} 像素/米", "of the public area, {0} px/m at least";
    NO_LAND: "园区资料里没有地块", "the estate document names no land";
    UNREADABLE: "码流无法解读：检查编码设置（H.264 或 H.265）", "its stream cannot be read: check its codec settings (H.264 or H.265)";
}
