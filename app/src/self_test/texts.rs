//! Words of self-tests.

use crate::texts::texts;

texts! {
    PASSED: "自检通过", "Self-test passed";
    FAILED: "自检未通过", "Self-test failed";
    OVERDUE: "自检逾期", "Self-test overdue";
    NONE_YET: "尚未自检", "No self-test yet";
    AGO: "{0} 前", "{0} ago";
    TO_WALL: "设备到墙 {0} s", "device to wall {0} s";
    TO_RECORD: "设备到记录 {0} s，没有大屏连接", "device to record {0} s, no wall connected";
    NEXT: "下次 {0}", "next {0}";
    NO_ANSWER: "服务器在设备上报的地址不应答", "the server does not answer where devices report";
    NOT_PAINTED: "{0} 面大屏没有画出", "{0} walls did not paint it";
    WAS_DUE: "应在 {0} 进行", "was due at {0}";
}
