// What the parts of this program know of each other. The plan is described in `../plan.ts`.

#ifndef PLAN_H
#define PLAN_H

// Open files that the program is given, beside those of the command, which are files and pipes, and none behind the last one
// (`inheritedPipe` in `../sandbox.ts`).
enum { REPORT = 3, PLAN = 4, LAST_GIVEN = 21 };

// The next field of the plan. A plan that ends too early is an error.
char *next_field(void);

// What `next_field` would give, to go back to.
char *this_field(void);
void go_back(char *field);

// Says on REPORT what could not be done, with the system's reason, and ends the program.
_Noreturn void failed(const char *what, const char *about);

// Makes the mounts that the plan asks for, up to the field `.`, below `root` in the working directory; and then makes `root`
// the file system, with nothing behind it. Gives a directory of the process file system that can be written to.
int make_world(void);

// Reads what may be used of the host, up to the field `.`, and gives up all else, for good.
void give_up_files(void);

#endif
