//! Pictures in packets (RFC 3550, 6184), each framed for a connection that carries requests too (RFC 2326, 10.12).

use crate::cameras::camera::{Frame, low_bits};
use bytes::{BufMut as _, BytesMut};

/// Bytes of video in one packet.
const PAYLOAD_BYTES_MAX: usize = 1_400;
/// The number of our format.
pub(crate) const PAYLOAD_TYPE: u8 = 96;
/// A NAL unit in fragments.
const FRAGMENT: u8 = 28;
/// Seconds from 1900 to 1970.
const NTP_AHEAD_S: i64 = 2_208_988_800;

/// One stream of packets.
#[derive(Debug)]
pub(crate) struct Packets {
    /// Of the connection; reports go over the next one.
    channel: u8,
    source: u32,
    sequence: u16,
    sent: u32,
    sent_bytes: u32,
}

impl Packets {
    pub(crate) const fn new(channel: u8, source: u32, sequence: u16) -> Self {
        Self {
            channel,
            source,
            sequence,
            sent: 0,
            sent_bytes: 0,
        }
    }

    /// Packs a picture.
    pub(crate) fn pack(&mut self, out: &mut BytesMut, frame: &Frame, ticks: u32) {
        let last = frame.nals.len().saturating_sub(1);
        for (index, nal) in frame.nals.iter().enumerate() {
            self.nal(out, nal, ticks, index == last);
        }
    }

    fn nal(&mut self, out: &mut BytesMut, nal: &[u8], ticks: u32, ends_picture: bool) {
        let (Some(head), true) = (nal.first(), nal.len() > PAYLOAD_BYTES_MAX) else {
            self.packet(out, ticks, ends_picture, &[], nal);
            return;
        };
        let parts = nal[1..].chunks(PAYLOAD_BYTES_MAX - 2);
        let last = parts.len() - 1;
        for (index, part) in parts.enumerate() {
            let begins = if index == 0 { 0x80 } else { 0 };
            let ends = if index == last { 0x40 } else { 0 };
            let fragment = [(head & 0xe0) | FRAGMENT, (head & 0x1f) | begins | ends];
            self.packet(out, ticks, ends_picture && index == last, &fragment, part);
        }
    }

    fn packet(&mut self, out: &mut BytesMut, ticks: u32, marker: bool, head: &[u8], body: &[u8]) {
        let bytes = u16::try_from(head.len() + body.len()).unwrap_or(u16::MAX - 12);
        out.put_u8(b'$');
        out.put_u8(self.channel);
        out.put_u16(12 + bytes);
        out.put_u8(0x80);
        out.put_u8(PAYLOAD_TYPE | if marker { 0x80 } else { 0 });
        out.put_u16(self.sequence);
        out.put_u32(ticks);
        out.put_u32(self.source);
        out.put_slice(head);
        out.put_slice(body);
        self.sequence = self.sequence.wrapping_add(1);
        self.sent = self.sent.wrapping_add(1);
        self.sent_bytes = self.sent_bytes.wrapping_add(u32::from(bytes));
    }

    /// Says which time of the clock belongs to which ticks.
    pub(crate) fn report(&self, out: &mut BytesMut, unix_ms: i64, ticks: u32) {
        let (seconds, rest_ms) = (unix_ms.div_euclid(1_000), unix_ms.rem_euclid(1_000));
        out.put_slice(&[b'$', self.channel + 1, 0, 28, 0x80, 200, 0, 6]);
        out.put_u32(self.source);
        out.put_u32(low_bits(seconds + NTP_AHEAD_S));
        out.put_u32(low_bits((rest_ms << 32) / 1_000));
        out.put_u32(ticks);
        out.put_u32(self.sent);
        out.put_u32(self.sent_bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    /// Channel, marker, sequence, ticks and payload of each packet.
    fn packets(mut out: &[u8]) -> Vec<(u8, bool, u16, u32, Vec<u8>)> {
        let mut found = Vec::new();
        while let [b'$', channel, high, low, rest @ ..] = out {
            let (packet, after) = rest.split_at(usize::from(u16::from_be_bytes([*high, *low])));
            let number =
                |from: usize| u32::from_be_bytes(packet[from..from + 4].try_into().unwrap());
            assert_eq!((packet[0], packet[1] & 0x7f), (0x80, PAYLOAD_TYPE));
            let sequence = u16::from_be_bytes([packet[2], packet[3]]);
            assert_eq!(number(8), 77);
            found.push((
                *channel,
                packet[1] & 0x80 != 0,
                sequence,
                number(4),
                packet[12..].to_vec(),
            ));
            out = after;
        }
        assert!(out.is_empty());
        found
    }

    fn frame(lengths: &[usize]) -> Frame {
        let nal = |length: &usize| -> Bytes {
            [0x65]
                .into_iter()
                .chain((0..251).cycle().take(length - 1))
                .collect()
        };
        Frame {
            nals: lengths.iter().map(nal).collect(),
            is_key: true,
            ticks: 0,
            unix_ms: 0,
        }
    }

    #[test]
    fn units_that_fit_go_alone_and_others_in_fragments_that_make_them_again() {
        for (lengths, sizes) in [
            (&[10][..], &[10][..]),
            (&[10, 4, 1_400], &[10, 4, 1_400]),
            (&[1_401], &[1_400, 4]),
            (&[5, 4_000], &[5, 1_400, 1_400, 1_205]),
        ] {
            let frame = frame(lengths);
            let mut out = BytesMut::new();
            let mut stream = Packets::new(2, 77, u16::MAX);
            stream.pack(&mut out, &frame, 9_000);
            let packets = packets(&out);
            let found: Vec<usize> = packets.iter().map(|packet| packet.4.len()).collect();
            assert_eq!(found, sizes);
            for (index, (channel, marker, sequence, ticks, _)) in packets.iter().enumerate() {
                assert_eq!((*channel, *ticks), (2, 9_000));
                assert_eq!(
                    *marker,
                    index + 1 == packets.len(),
                    "the last one ends the picture"
                );
                assert_eq!(usize::from(sequence.wrapping_add(1)), index);
            }
            let mut made: Vec<Vec<u8>> = Vec::new();
            for (.., payload) in &packets {
                match (payload[0] & 0x1f, payload[1] & 0x80 != 0) {
                    (FRAGMENT, true) => {
                        made.push(
                            [&[(payload[0] & 0xe0) | (payload[1] & 0x1f)], &payload[2..]].concat(),
                        );
                    }
                    (FRAGMENT, false) => made.last_mut().unwrap().extend(&payload[2..]),
                    _ => made.push(payload.clone()),
                }
            }
            assert_eq!(made, frame.nals);
        }
    }

    #[test]
    fn a_report_says_the_time_and_how_much_was_sent() {
        let mut out = BytesMut::new();
        let mut stream = Packets::new(0, 77, 1);
        stream.pack(&mut out, &frame(&[5, 4_000]), 1);
        out.clear();
        stream.report(&mut out, 1_500, 123);
        let numbers: Vec<u32> = out[8..]
            .chunks(4)
            .map(|four| u32::from_be_bytes(four.try_into().unwrap()))
            .collect();
        assert_eq!(out[..4], [b'$', 1, 0, 28]);
        assert_eq!(numbers, [77, 2_208_988_801, 1 << 31, 123, 4, 4_010]);
    }
}
