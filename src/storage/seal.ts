import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

/**
 * What is personal is stored sealed: AES-256-GCM under a key derived from SECRET_KEY. `about` (the row's own key) is
 * authenticated, so that a value moved to another row does not open.
 */
export type Seal = {
  seal(plain: string, about: string): string;
  /** @returns null when it does not open: another key, or damaged. */
  open(sealed: string, about: string): string | null;
  /** A keyed hash, for finding a row by what must not be stored. Hex, 32 characters. */
  mark(what: string): string;
};

/**
 * @param secrets SECRET_KEY first (seals and opens), then older ones (open only), 32 bytes each
 * @param marking the key of `mark`, which must never change (see keys.ts); absent: made from the first secret
 */
export function createSeal(secrets: readonly [Buffer, ...Buffer[]], marking: Buffer = secrets[0]): Seal {
  const keys = secrets.map((secret) => keyFrom(secret, 'vistka seal v1'));
  const markKey = keyFrom(marking, 'vistka mark v1');
  const nextIv = ivs();
  return {
    seal(plain, about) {
      const iv = nextIv();
      const cipher = createCipheriv('aes-256-gcm', keys[0] as KeyObject, iv).setAAD(Buffer.from(about));
      return Buffer.concat([iv, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
    },
    open(sealed, about) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < 28) return null;
      for (const key of keys) {
        try {
          const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAAD(Buffer.from(about));
          decipher.setAuthTag(bytes.subarray(-16));
          return decipher.update(bytes.subarray(12, -16), undefined, 'utf8') + decipher.final('utf8');
        } catch {
          // another key may open it
        }
      }
      return null;
    },
    mark: (what) => createHmac('sha256', markKey).update(what).digest('hex').slice(0, 32),
  };
}

function keyFrom(secret: Buffer, purpose: string): KeyObject {
  return createSecretKey(Buffer.from(hkdfSync('sha256', secret, '', purpose, 32)));
}

const IV_BYTES = 12;

/** Random bytes cost the same by the hundred as one by one. No byte is handed out twice. */
function ivs(): () => Buffer {
  let pool = Buffer.alloc(0);
  return () => {
    if (pool.length === 0) pool = randomBytes(256 * IV_BYTES);
    const iv = pool.subarray(0, IV_BYTES);
    pool = pool.subarray(IV_BYTES);
    return iv;
  };
}
