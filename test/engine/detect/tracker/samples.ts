/** Real output of the tools, for the images that the comments describe. */

/** qemu-img 7.2: an overlay of 4 MiB over a raw base; 64 KiB written at 128 KiB, zeroed at 1 MiB, discarded at 2 MiB, 512 bytes written at 3 MiB. */
export const qemuMap = `[{ "start": 0, "length": 131072, "depth": 1, "present": true, "zero": false, "data": true, "offset": 0},
{ "start": 131072, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "offset": 327680},
{ "start": 196608, "length": 851968, "depth": 1, "present": true, "zero": false, "data": true, "offset": 196608},
{ "start": 1048576, "length": 65536, "depth": 0, "present": true, "zero": true, "data": false},
{ "start": 1114112, "length": 983040, "depth": 1, "present": true, "zero": true, "data": false, "offset": 1114112},
{ "start": 2097152, "length": 65536, "depth": 0, "present": true, "zero": true, "data": false},
{ "start": 2162688, "length": 983040, "depth": 1, "present": true, "zero": true, "data": false, "offset": 2162688},
{ "start": 3145728, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "offset": 393216},
{ "start": 3211264, "length": 983040, "depth": 1, "present": true, "zero": true, "data": false, "offset": 3211264}]
`;

/** qemu-img 7.2: a chain of three qcow2 files, the lowest of 2 MiB, the others of 3 MiB. */
export const qemuChain = `[{ "start": 0, "length": 65536, "depth": 2, "present": true, "zero": false, "data": true, "offset": 327680},
{ "start": 65536, "length": 65536, "depth": 2, "present": false, "zero": true, "data": false},
{ "start": 131072, "length": 65536, "depth": 1, "present": true, "zero": false, "data": true, "offset": 327680},
{ "start": 196608, "length": 65536, "depth": 2, "present": false, "zero": true, "data": false},
{ "start": 262144, "length": 65536, "depth": 0, "present": true, "zero": false, "data": true, "offset": 327680},
{ "start": 327680, "length": 1769472, "depth": 2, "present": false, "zero": true, "data": false},
{ "start": 2097152, "length": 1048576, "depth": 1, "present": false, "zero": true, "data": false}]
`;

/** nbdinfo 1.14 of a qcow2 of 4 MiB with a bitmap of 64 KiB: 100 KiB written at 1 MiB, 1 KiB at 3 MiB. */
export const nbdBitmap = `[
{ "offset": 0, "length": 1048576, "type": 0, "description": "clean"},
{ "offset": 1048576, "length": 131072, "type": 1, "description": "dirty"},
{ "offset": 1179648, "length": 1966080, "type": 0, "description": "clean"},
{ "offset": 3145728, "length": 65536, "type": 1, "description": "dirty"},
{ "offset": 3211264, "length": 983040, "type": 0, "description": "clean"}
]
`;

/** The same export's allocation, which is no change map. */
export const nbdAllocation = `[
{ "offset": 0, "length": 1048576, "type": 3, "description": "hole,zero"},
{ "offset": 1048576, "length": 102400, "type": 0, "description": "data"},
{ "offset": 1150976, "length": 3043328, "type": 2, "description": "zero"}
]
`;

/** The same bitmap through qemu-img map with x-dirty-bitmap. */
export const qemuDirtyMap = `[{ "start": 0, "length": 1048576, "depth": 0, "present": true, "zero": false, "data": true, "offset": 0},
{ "start": 1048576, "length": 131072, "depth": 0, "present": false, "zero": false, "data": false},
{ "start": 1179648, "length": 1966080, "depth": 0, "present": true, "zero": false, "data": true, "offset": 1179648},
{ "start": 3145728, "length": 65536, "depth": 0, "present": false, "zero": false, "data": false},
{ "start": 3211264, "length": 983040, "depth": 0, "present": true, "zero": false, "data": true, "offset": 3211264}]
`;

/** filefrag 1.47 on btrfs: a reflink of 4 MiB; 12 KiB written at 160 KiB, 64 KiB punched out at 1 MiB, 5,696 bytes of hole appended. */
export const filefrag = `Filesystem type is: 9123683e
File size of base.img is 4194304 (1024 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..    1023:       3328..      4351:   1024:             last,shared,eof
base.img: 1 extent found
File size of target.img is 4200000 (1026 blocks of 4096 bytes)
 ext:     logical_offset:        physical_offset: length:   expected: flags:
   0:        0..      39:       3328..      3367:     40:             shared
   1:       40..      42:      15616..     15618:      3:       3368:
   2:       43..     255:       3371..      3583:    213:      15619: shared
   3:      272..    1023:       3600..      4351:    752:             last,shared
target.img: 3 extents found
`;
