/**
 * CRC-64 with the ECMA polynomial, reflected, as Go's hash/crc64 computes it (also known as
 * CRC-64/XZ). Halves are kept apart because 64-bit integers are slow in JavaScript.
 */
export class Crc64 {
  private high = -1;
  private low = -1;

  update(buffer: Uint8Array): void {
    let { high, low } = this;
    for (const byte of buffer) {
      const entry = (low ^ byte) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ (LOW[entry] as number);
      high = (high >>> 8) ^ (HIGH[entry] as number);
    }
    this.high = high;
    this.low = low;
  }

  /** Eight bytes, big-endian: what Go's `Sum(nil)` gives. */
  digest(): Buffer {
    const sum = Buffer.alloc(8);
    sum.writeInt32BE(~this.high, 0);
    sum.writeInt32BE(~this.low, 4);
    return sum;
  }
}

const POLYNOMIAL_HIGH = 0xc96c5795;
const POLYNOMIAL_LOW = 0xd7870f42;
const HIGH = new Int32Array(256);
const LOW = new Int32Array(256);

for (let entry = 0; entry < 256; entry++) {
  let high = 0;
  let low = entry;
  for (let bit = 0; bit < 8; bit++) {
    const carry = low & 1;
    low = (low >>> 1) | (high << 31);
    high >>>= 1;
    if (carry !== 0) {
      high ^= POLYNOMIAL_HIGH;
      low ^= POLYNOMIAL_LOW;
    }
  }
  HIGH[entry] = high;
  LOW[entry] = low;
}
