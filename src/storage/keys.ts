import { randomBytes } from 'node:crypto';
import type { Database } from './database.ts';
import { createSeal, type Seal } from './seal.ts';

/** The database was written with another SECRET_KEY: with this one nobody in it could be found or read. */
export class WrongKey extends Error {
  override readonly name = 'WrongKey';
}

const about = 'keys mark';

/**
 * The seal of this database. What is found by a keyed hash is hashed with a key that the database keeps, sealed under
 * SECRET_KEY, so that SECRET_KEY can be replaced and everybody is still found.
 * @param secrets SECRET_KEY first, then the one before, while it is being replaced
 * @throws WrongKey
 */
export async function openSeal(database: Database, secrets: readonly [Buffer, ...Buffer[]]): Promise<Seal> {
  const bare = createSeal(secrets);
  const { db } = database;
  // Of two processes that start at once one makes it, and both read it.
  const made = bare.seal(randomBytes(32).toString('hex'), about);
  await db
    .insertInto('keys')
    .values({ name: 'mark', sealed: made })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute();
  const { sealed } = await db.selectFrom('keys').select('sealed').where('name', '=', 'mark').executeTakeFirstOrThrow();
  const key = bare.open(sealed, about);
  if (key === null) {
    throw new WrongKey(
      'SECRET_KEY is not the one that this database was written with; set that one, or name it SECRET_KEY_OLD while you replace it',
    );
  }
  if (secrets.length > 1) {
    await db
      .updateTable('keys')
      .set({ sealed: bare.seal(key, about) })
      .where('name', '=', 'mark')
      .execute();
  }
  return createSeal(secrets, Buffer.from(key, 'hex'));
}
