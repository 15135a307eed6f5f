// Takes a folder's lock, forgets it, and lives until it is killed: `node --expose-gc lock-holder.ts DIR`.
import { lockFolder } from '../../src/store/folder/lock.ts';

try {
  lockFolder(process.argv[2] as string);
  globalThis.gc?.();
  process.stdout.write('held\n');
  setInterval(() => globalThis.gc?.(), 20);
} catch {
  process.stdout.write('refused\n');
}
