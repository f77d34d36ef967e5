/** Opens what monitors remember. The libraries of databases are loaded here, and only the one that is needed. */
import { migrate } from './migrations.js';
import { openPostgres } from './postgres.js';
import { SqlStore } from './sql-store.js';
import { openSqlite } from './sqlite.js';
import type { Store } from './store.js';

/**
 * @param where path of a file, which need not exist, or URL of a PostgreSQL database (postgres:, postgresql:)
 * @throws E_STORE where it cannot be used: also while another process has it open
 */
export async function openStore(where: string): Promise<Store> {
  const sql = await (/^postgres(ql)?:/i.test(where) ? openPostgres(where) : openSqlite(where));
  try {
    await migrate(sql);
  } catch (error) {
    await sql.close();
    throw error;
  }
  return new SqlStore(sql);
}
