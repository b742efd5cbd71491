import { Deserializer, Serializer } from 'node:v8';

/** A value as bytes. Unlike with `serialize` of node:v8, its arrays do not share the bytes' memory when it is read again. */
export function packed(value: unknown): Uint8Array<ArrayBuffer> {
  const writer = new Serializer();
  writer.writeHeader();
  writer.writeValue(value);
  return Uint8Array.from(writer.releaseBuffer());
}

/** @param bytes made by `packed` */
export function unpacked<T>(bytes: Uint8Array): T {
  const reader = new Deserializer(bytes);
  reader.readHeader();
  return reader.readValue() as T;
}
