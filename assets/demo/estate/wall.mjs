// The wall, its gates, and the water inside it.
import { counterClockwise, curve, distance, nearestOnLeg, rounded, sides } from "./geometry.mjs";

export const wall = counterClockwise(rounded([[-208, -148, 26], [-60, -168, 90], [168, -168, 46], [210, -108, 60], [210, 118, 52], [172, 168, 40], [-152, 168, 46], [-208, 126, 40]]));
/** Each gap is as wide as its road and two walkways. */
export const gates = {
  north: { at: [-6, 168], gap: 15, road: 7 },
  east: { at: [210, -13], gap: 13, road: 6 },
  south: { at: [4, -168], gap: 12, road: 6 },
  /** For people on foot, to the walk along the river. */
  west: { at: [-208, -14], gap: 7, road: 4 },
};

export const lake = curve([[-47, 2], [-44, -14], [-28, -23], [-6, -18], [14, -21], [36, -28], [54, -18], [58, -1], [46, 14], [28, 16], [12, 25], [-10, 29], [-34, 22]], true);
export const pond = curve([[74, -12], [70, -22], [75, -32], [86, -33], [92, -25], [88, -14], [80, -8]], true);
export const island = curve([[24, -8], [30, -12], [38, -10], [39, -4], [31, -1], [25, -3]], true);

export const gateAt = Object.fromEntries(Object.entries(gates).map(([key, gate]) => [key, nearestOnRing(wall, gate.at)]));
export function nearestOnRing(ring, p) {
  return sides(ring).map((leg) => nearestOnLeg(p, leg).at).reduce((a, b) => (distance(p, a) <= distance(p, b) ? a : b));
}
export const gateNames = { north: ["北门", "North gate"], east: ["东门", "East gate"], south: ["南门", "South gate"], west: ["西门", "West gate"] };
