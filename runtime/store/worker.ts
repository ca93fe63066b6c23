import { parentPort, workerData } from 'node:worker_threads'
import { runCheckpoints } from './checkpoint-thread.ts'
import type { WorkerTask } from './messages.ts'
import { runWriter } from './writer-thread.ts'

// The entry of both threads of a journal: one writes, and one, started when there is much, checkpoints.
const task = workerData as WorkerTask
if (parentPort === null) throw new Error('the store worker runs as a worker thread only')
if (task.task === 'write') runWriter(parentPort, task)
else runCheckpoints(parentPort, task)
