import { MemoryStore } from '../../../src/replication/store/memory-store.js';
import { storeContract } from './contract.js';

storeContract('memory', () => Promise.resolve({ store: new MemoryStore() }));
