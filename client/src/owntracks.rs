//! What a phone sends: the JSON body of the OwnTracks Android app in HTTP mode.
//!
//! Field names, integer types and rounding follow the app (`MessageLocation.kt`): times in whole
//! seconds, speed in km/h cut to an integer, accuracy in whole metres, no `t` for an ordinary fix.
//! See <https://owntracks.org/booklet/tech/json>.

use castellan_domain::geo::LonLat;
use castellan_domain::ids::PhoneId;
use serde::Serialize;

/// Header that names the phone.
pub const USER_HEADER: &str = "x-limit-u";
/// Header that names the app's device.
pub const DEVICE_HEADER: &str = "x-limit-d";
/// The device name of every phone here: the second half of the topic and of [`DEVICE_HEADER`].
pub const DEVICE: &str = "android";

/// One location message.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Location {
    #[serde(rename = "_type")]
    kind: &'static str,
    #[serde(rename = "_id")]
    id: String,
    acc: u16,
    alt: i16,
    batt: u8,
    bs: u8,
    cog: u16,
    conn: &'static str,
    created_at: i64,
    lat: f64,
    lon: f64,
    m: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    t: Option<&'static str>,
    tid: String,
    topic: String,
    tst: i64,
    vac: u16,
    vel: u16,
}

/// How the phone is connected at the moment of the fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Connection {
    /// Mobile data.
    Mobile,
    /// None: the message waits in the phone.
    Offline,
}

/// Whether the phone's battery is being filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Power {
    /// On battery.
    Unplugged,
    /// On a charger.
    Charging,
}

/// What the phone knows when it writes a message.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// Where it believes to be.
    pub at: LonLat,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Radius of its doubt.
    pub accuracy_m: f64,
    /// Height above the sea.
    pub altitude_m: f64,
    /// Over ground.
    pub speed_m_per_s: f64,
    /// Clockwise from north, 0 to 360.
    pub course_deg: f64,
    /// 0 to 100.
    pub battery_percent: f64,
    /// On battery or on a charger.
    pub power: Power,
    /// How it is connected.
    pub connection: Connection,
    /// Becomes the message's `_id`.
    pub message_id: u32,
    /// The first message after the app was opened, sent by the user's hand.
    pub by_hand: bool,
}

impl Location {
    /// The message that `phone` writes for a reading.
    pub fn new(phone: &PhoneId, reading: &Reading) -> Self {
        let user = phone.as_str();
        let tid: String = user
            .chars()
            .skip(user.chars().count().saturating_sub(2))
            .collect();
        let seconds = reading.at_ms.div_euclid(1_000);
        Self {
            kind: "location",
            id: format!("{:08x}", reading.message_id),
            acc: whole(reading.accuracy_m.round()),
            alt: signed(reading.altitude_m),
            batt: u8::try_from(whole(reading.battery_percent.clamp(0.0, 100.0))).unwrap_or(100),
            bs: match reading.power {
                Power::Unplugged => 1,
                Power::Charging => 2,
            },
            cog: whole(reading.course_deg.rem_euclid(360.0)),
            conn: match reading.connection {
                Connection::Mobile => "m",
                Connection::Offline => "o",
            },
            created_at: seconds,
            lat: seven_places(reading.at.lat()),
            lon: seven_places(reading.at.lon()),
            // 2: "move" mode, the app's name for frequent fixes.
            m: 2,
            t: reading.by_hand.then_some("u"),
            tid: tid.to_uppercase(),
            topic: format!("owntracks/{user}/{DEVICE}"),
            tst: seconds,
            vac: whole((reading.accuracy_m * 0.7).round()),
            vel: whole(reading.speed_m_per_s * 3.6),
        }
    }

    /// Seconds since 1970 at which the phone took the fix.
    pub const fn taken_at_s(&self) -> i64 {
        self.tst
    }

    /// Metres of doubt, as sent.
    pub const fn accuracy_m(&self) -> u16 {
        self.acc
    }

    /// Degrees north and east, as sent.
    pub const fn lat_lon(&self) -> (f64, f64) {
        (self.lat, self.lon)
    }
}

fn seven_places(degrees: f64) -> f64 {
    (degrees * 1e7).round() / 1e7
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped into range on the same line; NaN becomes 0"
)]
fn whole(value: f64) -> u16 {
    value.clamp(0.0, f64::from(u16::MAX)) as u16
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped into range on the same line; NaN becomes 0"
)]
fn signed(value: f64) -> i16 {
    value
        .round()
        .clamp(f64::from(i16::MIN), f64::from(i16::MAX)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading() -> Reading {
        Reading {
            at: LonLat::new(120.123_456_789, 30.2).unwrap(),
            at_ms: 1_795_316_400_999,
            accuracy_m: 6.6,
            altitude_m: 12.2,
            speed_m_per_s: 1.4,
            course_deg: 359.9,
            battery_percent: 71.9,
            power: Power::Unplugged,
            connection: Connection::Mobile,
            message_id: 0xbeef,
            by_hand: false,
        }
    }

    #[test]
    fn the_body_is_the_one_that_the_android_app_writes() {
        let phone = PhoneId::new("phone-wangqiang").unwrap();
        let body = serde_json::to_value(Location::new(&phone, &reading())).unwrap();
        assert_eq!(
            body,
            serde_json::json!({
                "_type": "location", "_id": "0000beef", "acc": 7, "alt": 12, "batt": 71, "bs": 1,
                "cog": 359, "conn": "m", "created_at": 1_795_316_400, "lat": 30.2,
                "lon": 120.123_456_8, "m": 2, "tid": "NG",
                "topic": "owntracks/phone-wangqiang/android", "tst": 1_795_316_400,
                "vac": 5, "vel": 5,
            })
        );
    }

    #[test]
    fn a_message_sent_by_hand_says_so_and_one_without_network_too() {
        let phone = PhoneId::new("a").unwrap();
        let reading = Reading {
            by_hand: true,
            connection: Connection::Offline,
            ..reading()
        };
        let body = serde_json::to_value(Location::new(&phone, &reading)).unwrap();
        assert_eq!(body["t"], "u");
        assert_eq!(body["conn"], "o");
        assert_eq!(body["tid"], "A");
    }

    #[test]
    fn impossible_numbers_stay_inside_their_types() {
        let phone = PhoneId::new("p").unwrap();
        let reading = Reading {
            accuracy_m: f64::INFINITY,
            altitude_m: -1e9,
            speed_m_per_s: f64::NAN,
            battery_percent: -3.0,
            ..reading()
        };
        let body = serde_json::to_value(Location::new(&phone, &reading)).unwrap();
        assert_eq!(body["acc"], 65_535);
        assert_eq!(body["alt"], -32_768);
        assert_eq!(body["vel"], 0);
        assert_eq!(body["batt"], 0);
    }
}
