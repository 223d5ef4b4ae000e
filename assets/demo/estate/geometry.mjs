// Points, courses and outlines in metres.

export const add = ([a, b], [c, d]) => [a + c, b + d];
export const sub = ([a, b], [c, d]) => [a - c, b - d];
export const scale = ([a, b], k) => [a * k, b * k];
export const length = ([a, b]) => Math.hypot(a, b);
export const distance = (p, q) => length(sub(p, q));
export const lerp = (p, q, t) => [p[0] + (q[0] - p[0]) * t, p[1] + (q[1] - p[1]) * t];
const cross = ([a, b], [c, d]) => a * d - b * c;
export const turned = ([x, y], deg) => {
  const [s, c] = [Math.sin((deg * Math.PI) / 180), Math.cos((deg * Math.PI) / 180)];
  return [x * c - y * s, x * s + y * c];
};

export function area(ring) {
  return ring.reduce((sum, p, i) => sum + cross(p, ring[(i + 1) % ring.length]), 0) / 2;
}
export const counterClockwise = (ring) => (area(ring) < 0 ? [...ring].reverse() : ring);
export const sides = (ring) => ring.map((p, i) => [p, ring[(i + 1) % ring.length]]);
export const legs = (course) => course.slice(1).map((p, i) => [course[i], p]);

export function contains(ring, [x, y]) {
  let inside = false;
  for (const [[ax, ay], [bx, by]] of sides(ring)) {
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** Nearest point of a leg, and how far along it. */
export function nearestOnLeg(p, [a, b]) {
  const along = sub(b, a);
  const square = along[0] ** 2 + along[1] ** 2;
  const t = square === 0 ? 0 : Math.max(0, Math.min(1, ((p[0] - a[0]) * along[0] + (p[1] - a[1]) * along[1]) / square));
  return { at: lerp(a, b, t), t };
}
export const distanceToLegs = (p, list) => Math.min(...list.map((leg) => distance(p, nearestOnLeg(p, leg).at)));

export function legsCross([a, b], [c, d]) {
  const side = (p, q, r) => Math.sign(cross(sub(q, p), sub(r, p)));
  return side(a, b, c) * side(a, b, d) < 0 && side(c, d, a) * side(c, d, b) < 0;
}

/** Leaves out points that a straight line stands in for within `tolerance` metres. */
export function simplified(course, tolerance) {
  if (course.length < 3) return course;
  const last = course.length - 1;
  let [worst, at] = [0, 0];
  for (let i = 1; i < last; i += 1) {
    const off = distance(course[i], nearestOnLeg(course[i], [course[0], course[last]]).at);
    if (off > worst) [worst, at] = [off, i];
  }
  if (worst <= tolerance) return [course[0], course[last]];
  return [...simplified(course.slice(0, at + 1), tolerance).slice(0, -1), ...simplified(course.slice(at), tolerance)];
}
export function simplifiedRing(ring, tolerance) {
  const half = Math.floor(ring.length / 2);
  const there = simplified(ring.slice(0, half + 1), tolerance);
  const back = simplified([...ring.slice(half), ring[0]], tolerance);
  return [...there.slice(0, -1), ...back.slice(0, -1)];
}

/** A centripetal Catmull-Rom curve through points, sampled about every half metre. */
export function curve(points, closed = false) {
  const n = points.length;
  if (n === 2) return points;
  const at = (i) => {
    if (closed) return points[(i + n) % n];
    if (i < 0) return sub(scale(points[0], 2), points[1]);
    if (i >= n) return sub(scale(points[n - 1], 2), points[n - 2]);
    return points[i];
  };
  const out = [];
  for (let i = 0; i < (closed ? n : n - 1); i += 1) {
    const [p0, p1, p2, p3] = [at(i - 1), at(i), at(i + 1), at(i + 2)];
    const t1 = Math.sqrt(distance(p0, p1));
    const t2 = t1 + Math.sqrt(distance(p1, p2));
    const t3 = t2 + Math.sqrt(distance(p2, p3));
    const steps = Math.max(2, Math.ceil(distance(p1, p2) / 0.5));
    for (let k = 0; k < steps; k += 1) {
      const t = t1 + ((t2 - t1) * k) / steps;
      const a1 = lerp(p0, p1, t / t1);
      const a2 = lerp(p1, p2, (t - t1) / (t2 - t1));
      const a3 = lerp(p2, p3, (t - t2) / (t3 - t2));
      const b1 = lerp(a1, a2, t / t2);
      const b2 = lerp(a2, a3, (t - t1) / (t3 - t1));
      out.push(lerp(b1, b2, (t - t1) / (t2 - t1)));
    }
  }
  if (!closed) out.push(points[n - 1]);
  return out;
}

/** A polygon with its corners rounded; each corner is `[u, v, radius]`. */
export function rounded(corners) {
  const out = [];
  corners.forEach(([x, y, r = 0], i) => {
    const p = [x, y];
    const [before, after] = [corners.at(i - 1), corners[(i + 1) % corners.length]];
    if (r === 0) return out.push(p);
    const [d0, d1] = [before, after].map((q) => scale(sub(q, p), 1 / distance(q, p)));
    const half = Math.acos(Math.max(-1, Math.min(1, d0[0] * d1[0] + d0[1] * d1[1]))) / 2;
    const cut = Math.min(r / Math.tan(half), distance(before, p) * 0.49, distance(after, p) * 0.49);
    const radius = cut * Math.tan(half);
    const middle = add(p, scale(add(d0, d1), radius / Math.sin(half) / length(add(d0, d1))));
    const angle = (q) => Math.atan2(q[1] - middle[1], q[0] - middle[0]);
    const start = angle(add(p, scale(d0, cut)));
    let sweep = angle(add(p, scale(d1, cut))) - start;
    sweep -= Math.round(sweep / (2 * Math.PI)) * 2 * Math.PI;
    const steps = Math.max(2, Math.ceil(Math.abs(sweep) / (2 * Math.acos(1 - Math.min(0.9, 0.06 / radius)))));
    for (let k = 0; k <= steps; k += 1) {
      const turn = start + (sweep * k) / steps;
      out.push([middle[0] + radius * Math.cos(turn), middle[1] + radius * Math.sin(turn)]);
    }
    return out.length;
  });
  return out;
}

/** A closed course moved outwards (positive) by metres. */
export function outset(ring, metres) {
  return ring.map((p, i) => {
    const along = sub(ring[(i + 1) % ring.length], ring.at(i - 1));
    return add(p, scale([along[1], -along[0]], metres / length(along)));
  });
}

/** The outline of a strip along an open course. */
export function strip(course, width) {
  const side = (sign) =>
    course.map((p, i) => {
      const along = sub(course[Math.min(i + 1, course.length - 1)], course[Math.max(i - 1, 0)]);
      return add(p, scale([along[1], -along[0]], (sign * width) / 2 / length(along)));
    });
  return [...side(1), ...side(-1).reverse()];
}

export const box = (u, v, w, h, r = 0, deg = 0) =>
  rounded([[-w / 2, -h / 2, r], [w / 2, -h / 2, r], [w / 2, h / 2, r], [-w / 2, h / 2, r]]).map((p) => add(turned(p, deg), [u, v]));
export const ellipse = (u, v, a, b, deg = 0) =>
  Array.from({ length: 72 }, (_, i) => (i * Math.PI) / 36).map((t) => add(turned([a * Math.cos(t), b * Math.sin(t)], deg), [u, v]));
/** Part of a circle, from one angle to another in degrees. */
export const arc = ([u, v], r, from, to) =>
  Array.from({ length: 25 }, (_, i) => ((from + ((to - from) * i) / 24) * Math.PI) / 180).map((t) => [u + r * Math.cos(t), v + r * Math.sin(t)]);

export function selfCrossing(outline) {
  const all = sides(outline);
  for (let i = 0; i < all.length; i += 1) {
    for (let j = i + 2; j < all.length; j += 1) {
      if ((i > 0 || j < all.length - 1) && legsCross(all[i], all[j])) return all[j][0];
    }
  }
  return null;
}
