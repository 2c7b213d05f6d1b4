// Settings of the embedded database, given on its command line at every start so that a new version of ours brings new
// settings. Sized for a machine that also runs the server; durability is never traded for speed.
import { statfsSync } from 'node:fs'
import { totalmem } from 'node:os'

export type Settings = Readonly<Record<string, string>>

const MIB = 1024 ** 2

export function defaultSettings(memoryBytes: number = availableMemoryBytes()): Settings {
  const share = (part: number, minMib: number, maxMib: number): string =>
    `${Math.round(Math.min(maxMib, Math.max(minMib, (memoryBytes * part) / MIB)))}MB`
  return {
    shared_buffers: share(1 / 8, 128, 2048),
    effective_cache_size: share(1 / 2, 512, 65_536),
    maintenance_work_mem: share(1 / 32, 64, 512),
    work_mem: share(1 / 512, 8, 32),
    max_connections: '100',
    dynamic_shared_memory_type: hasSmallSharedMemory() ? 'mmap' : 'posix',

    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',
    wal_compression: 'on',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',

    // Short statements planned many times: compiling them costs more than it saves. Pages are cached or on a fast disk.
    jit: 'off',
    random_page_cost: '1.1',

    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
    // Values of parameters stay out of the log: they are people's data.
    log_parameter_max_length: '0',
    log_parameter_max_length_on_error: '0',
  }
}

/** What is ours, also inside a container with a limit. */
function availableMemoryBytes(): number {
  const limit = process.constrainedMemory()
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem()
}

/** Containers often have 64 MiB of /dev/shm, which a parallel query outgrows; the data directory then serves instead. */
function hasSmallSharedMemory(): boolean {
  try {
    const { bsize, blocks } = statfsSync('/dev/shm')
    return bsize * blocks < 256 * MIB
  } catch {
    return false
  }
}
