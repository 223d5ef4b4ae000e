"""Position frames, as docs/protocols/live.md has them."""


class Reader:
    """Varints."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                return value

    def signed(self):
        coded = self.varint()
        return coded >> 1 if coded % 2 == 0 else -(coded + 1) // 2

    def ascending(self):
        handles, handle = [], 0
        for _ in range(self.varint()):
            handle += self.varint()
            handles.append(handle)
        return handles


class Frame:
    def __init__(self, data):
        if data[0] != 2:
            raise SystemExit(f"too old for a frame of kind {data[0]}")
        reader = Reader(data, 1)
        self.epoch, base_ms = reader.varint(), reader.varint()
        self.gone, handles = reader.ascending(), reader.ascending()
        x_cm = [reader.signed() for _ in handles]
        y_cm = [reader.signed() for _ in handles]
        received_ms = [base_ms - reader.varint() for _ in handles]
        self.moved = list(zip(handles, x_cm, y_cm, received_ms))
        # By handle; None: not known any more.
        self.accuracies, index = {}, 0
        for _ in range(reader.varint()):
            index += reader.varint()
            radius = reader.varint()
            self.accuracies[handles[index]] = radius - 1 if radius else None
        if reader.at != len(data):
            raise SystemExit("something follows the end of a frame")
