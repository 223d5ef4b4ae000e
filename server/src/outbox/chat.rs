//! 群机器人: a robot in a group. What it says in the body counts, whatever its status is.

use super::http_post::HttpPost;
use super::sent::Sent;
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

/// Whose robot it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RobotKind {
    /// 企业微信
    Wecom,
    /// 钉钉
    Dingtalk,
    /// 飞书
    Feishu,
}

impl RobotKind {
    /// Bytes of UTF-8 that one text may have.
    pub(super) const fn bytes_max(self) -> usize {
        match self {
            Self::Wecom => 2_048,
            Self::Dingtalk | Self::Feishu => 15_000,
        }
    }

    fn body(self, text: &str) -> Value {
        match self {
            Self::Wecom | Self::Dingtalk => json!({"msgtype": "text", "text": {"content": text}}),
            Self::Feishu => json!({"msg_type": "text", "content": {"text": text}}),
        }
    }

    /// Where its answer says whether it took it.
    const fn field(self) -> &'static str {
        match self {
            Self::Wecom | Self::Dingtalk => "errcode",
            Self::Feishu => "code",
        }
    }

    /// Codes that say: not now.
    const fn later(self) -> &'static [i64] {
        match self {
            // Busy; too often.
            Self::Wecom => &[-1, 45_009],
            Self::Dingtalk => &[-1, 130_101],
            Self::Feishu => &[9_499, 11_232],
        }
    }
}

/// A robot.
#[derive(Debug)]
pub(super) struct Robot {
    pub(super) kind: RobotKind,
    pub(super) http: HttpPost,
    /// Messages that it takes in a minute.
    pub(super) per_minute_max: u32,
}

impl Robot {
    /// Says a text in its group.
    pub(super) async fn say(&self, id: &str, text: &str) -> Sent {
        let body = self.kind.body(text).to_string();
        match self.http.post("application/json", id, body).await {
            Ok((status, said)) => judge(self.kind, status, &said),
            Err(why) => Sent::Failed(why),
        }
    }
}

/// What a robot's answer means.
fn judge(kind: RobotKind, status: StatusCode, said: &[u8]) -> Sent {
    let said: Option<Value> = serde_json::from_slice(said).ok();
    let code = said
        .as_ref()
        .and_then(|said| said.get(kind.field())?.as_i64());
    let field = kind.field();
    match code {
        Some(0) => Sent::Taken,
        Some(code) if kind.later().contains(&code) => {
            Sent::Failed(format!("the robot answered {field} {code}: not now"))
        }
        Some(code) => Sent::Refused(format!("the robot answered {field} {code}")),
        None if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
            Sent::Refused(format!("the robot answered {status} without {field}"))
        }
        // A page of somebody in between says nothing of the robot.
        None => Sent::Failed(format!("the robot answered {status} without {field}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_decides_whatever_the_status_says() {
        use RobotKind::{Dingtalk, Feishu, Wecom};
        let of = |kind, status: u16, said: &str| {
            judge(kind, StatusCode::from_u16(status).unwrap(), said.as_bytes())
        };
        assert_eq!(
            of(Wecom, 200, r#"{"errcode":0,"errmsg":"ok"}"#),
            Sent::Taken
        );
        assert_eq!(
            of(Feishu, 200, r#"{"code":0,"msg":"success"}"#),
            Sent::Taken
        );
        for (kind, status, said) in [
            (
                Wecom,
                200,
                r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            ),
            (
                Dingtalk,
                200,
                r#"{"errcode":460101,"errmsg":"message too long"}"#,
            ),
            (Feishu, 200, r#"{"code":19001,"msg":"param invalid"}"#),
            (Wecom, 404, "<html>"),
        ] {
            assert!(matches!(of(kind, status, said), Sent::Refused(_)), "{said}");
        }
        for (kind, status, said) in [
            (
                Wecom,
                200,
                r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            ),
            (
                Dingtalk,
                200,
                r#"{"errcode":130101,"errmsg":"send too fast"}"#,
            ),
            (Feishu, 400, r#"{"code":9499,"msg":"too many request"}"#),
            (Feishu, 502, "<html>"),
            (Wecom, 200, "<html>a proxy</html>"),
        ] {
            assert!(matches!(of(kind, status, said), Sent::Failed(_)), "{said}");
        }
    }
}
