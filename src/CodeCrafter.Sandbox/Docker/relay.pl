# PID 1 of a container of the Docker Engine: the only trusted process inside. The engine may be on another machine and
# gives us nothing but the container's standard streams, so orders come on standard input and everything that the program
# prints goes out on standard output, in frames that only this process can write: the program has pipes of its own.
# Perl, since every Debian image has it (perl-base is essential); no module but strict and Config, so nothing else loads.
#
# Frames both ways: a type byte, a 32-bit big-endian length, a payload. Strings carry a 32-bit length before them.
#   server: F mode path content   make a file (only between steps)     A content       append to the file of the last F
#           W mode path content   as F, and remember the content       G ...           send files back, see collect
#           X ...                 run a step, see run_step             I content       standard input; empty: its end
#           Z columns rows        resize the terminal                  K               kill the step
#   relay:  R ready               1, 2 bytes   standard output and error
#           C count               this many bytes of standard input were taken by the program
#           D ...                 the step is over and no other process is alive, see finish
#           P mode path, p bytes  a file that was asked for            Q count         the last one; so many were left out
#           E text                a fault of the sandbox
# The end of standard input, also in the middle of a step, ends this process and with it the PID namespace.
use strict;
use Config;

my %call = $Config{archname} =~ /^aarch64/
    ? (prctl => 167, execve => 221, clock_gettime => 113, getrusage => 165, prlimit => 261, setsid => 157, pidfd_open => 434)
    : (prctl => 157, execve => 59, clock_gettime => 228, getrusage => 98, prlimit => 302, setsid => 112, pidfd_open => 434);

# Same user as the program: without this the program could write to /proc/1/mem and to /proc/1/fd/1.
sub set_dumpable { return syscall($call{prctl}, 4, $_[0], 0, 0, 0) == 0 }
set_dumpable(0) or exit 1;
$SIG{PIPE} = 'IGNORE';
umask 022;

my $max_frame = 1 << 20;
my $queue_limit = 256 << 10;

# --- frames -----------------------------------------------------------------------------------------------------------

my ($inbox, $outbox) = ('', '');

sub set_nonblocking {
    my ($file) = @_;
    fcntl($file, 4, fcntl($file, 3, 0) | 0x800) or die "fcntl: $!\n";    # F_SETFL, F_GETFL, O_NONBLOCK
}
set_nonblocking(*STDOUT);

sub queue { $outbox .= pack('a N/a*', $_[0], $_[1]) }

# Writes what the engine takes without waiting.
sub flush_some {
    my $count = syswrite(STDOUT, $outbox);
    if (defined $count) { substr($outbox, 0, $count) = '' }
    elsif (!$!{EAGAIN} && !$!{EINTR}) { exit 1 }
}

sub flush_all {
    while (length $outbox) {
        my $ready = '';
        vec($ready, 1, 1) = 1;
        select(undef, $ready, undef, undef) > 0 and flush_some();
    }
}

# Reads what is there; waits where there is nothing.
sub read_some {
    my $count = sysread(STDIN, $inbox, 64 << 10, length $inbox);
    exit 0 if defined $count ? $count == 0 : !$!{EINTR};
}

# A whole frame from what has been read, or nothing.
sub next_frame {
    return if length $inbox < 5;
    my ($type, $length) = unpack('a N', $inbox);
    $length <= $max_frame or exit 1;
    return if length $inbox < 5 + $length;
    my $payload = substr($inbox, 5, $length);
    substr($inbox, 0, 5 + $length) = '';
    return ($type, $payload);
}

# --- files ------------------------------------------------------------------------------------------------------------

my ($file, $remembered);
my %written;    # path => content

sub append {
    my ($content) = @_;
    $$remembered .= $content if $remembered;
    for (my $done = 0; $done < length $content;) {
        my $count = syswrite($file, $content, length($content) - $done, $done);
        defined $count or die "write: $!\n";
        $done += $count;
    }
}

sub make_file {
    my ($payload, $is_remembered) = @_;
    my ($mode, $path, $content) = unpack('N N/a* a*', $payload);
    for (my $at = 1; ($at = index($path, '/', $at)) > 0; $at++) {
        my $folder = substr($path, 0, $at);
        mkdir $folder or -d $folder or die "mkdir $folder: $!\n";
    }
    # O_WRONLY, O_CREAT, O_EXCL: nothing is there yet, and nothing may have been put there.
    sysopen($file, $path, 0x1 | 0x40 | 0x80, $mode) or die "create $path: $!\n";
    $remembered = $is_remembered ? \($written{$path} = '') : undef;
    append($content);
}

# G: path, the most files, the most bytes, whether only what differs from the files that were written. Nothing else is
# alive, so what is looked at stays what it is. Links of both kinds and what is no file are left out and counted.
sub collect {
    my ($top, $files, $bytes, $changed) = unpack('N/a* N Q> N', $_[0]);
    my ($omitted, $entries) = (0, 0);
    my $visit;
    $visit = sub {
        my ($path, $depth) = @_;
        return if ++$entries > 20_000;
        lstat $path or return;
        if (-d _) {
            opendir(my $folder, $path) or return $omitted++;
            return $omitted++ if $depth > 16;
            # Hidden folders are what tools keep for themselves in what they take for a home.
            my @names = sort grep { $_ ne '.' && $_ ne '..' && !($changed && /^\./ && -d "$path/$_") } readdir $folder;
            closedir $folder;
            $visit->("$path/$_", $depth + 1) for @names;
            return;
        }
        sysopen(my $source, $path, 0x800 | 0x100 | 0x20000) or return $omitted++;    # O_NONBLOCK, O_NOCTTY, O_NOFOLLOW
        my ($mode, $links, $size) = (stat $source)[2, 3, 7];
        return $omitted++ if !-f _ or $links != 1;
        return if $changed && exists $written{$path} && is_same($source, $size, $written{$path});
        return $omitted++ if $files == 0 or $size > $bytes;
        $files--;
        $bytes -= $size;
        send_file($source, $path, $mode, $size);
    };
    $visit->($top, 0);
    queue('Q', pack('N', $omitted));
    flush_all();
}

sub is_same {
    my ($source, $size, $content) = @_;
    return 0 if $size != length $content;
    my $now = '';
    while (sysread($source, $now, 65536, length $now)) { }
    return 1 if $now eq $content;
    sysseek($source, 0, 0) or die "seek: $!\n";
    return 0;
}

sub send_file {
    my ($source, $path, $mode, $size) = @_;
    queue('P', pack('N N/a*', $mode & 0777, $path));
    while ($size > 0) {
        my $count = sysread($source, my $chunk, $size < 65536 ? $size : 65536);
        $count or die "read $path: $!\n";
        queue('p', $chunk);
        $size -= $count;
        flush_all();
    }
}

# --- what the container uses: its own cgroup, which is all that it sees of the tree ---------------------------------

my %opened;    # kept, so that nothing that a program does to our limits keeps us from reading them

sub value {
    my ($path, $key) = @_;
    if (!$opened{$path}) { open($opened{$path}, '<', $path =~ m{^/} ? $path : "/sys/fs/cgroup/$path") or delete $opened{$path}, return undef }
    sysseek($opened{$path}, 0, 0) or return undef;
    sysread($opened{$path}, my $text, 4096) or return undef;
    return defined $key ? ($text =~ /^$key (\d+)/m ? $1 : undef) : ($text =~ /^(\d+)/ ? $1 : undef);
}

my $unified = -e '/sys/fs/cgroup/cgroup.controllers';
my %usage = $unified
    ? (cpu => sub { value('cpu.stat', 'usage_usec') }, memory => sub { value('memory.current') },
       peak => sub { value('memory.peak') }, oom => sub { value('memory.events', 'oom_kill') })
    : (cpu => sub { my $ns = value('cpuacct/cpuacct.usage'); defined $ns ? int($ns / 1000) : undef },
       memory => sub { value('memory/memory.usage_in_bytes') },
       # What sockets held most comes on top: it counts for itself.
       peak => sub { my $most = value('memory/memory.max_usage_in_bytes'); defined $most ? $most + (value('memory/memory.kmem.tcp.max_usage_in_bytes') // 0) : undef },
       oom => sub { value('memory/memory.oom_control', 'oom_kill') });

sub clock {
    my $time = pack('q q', 0, 0);
    syscall($call{clock_gettime}, $_[0], $time) == 0 or die "clock_gettime: $!\n";
    my ($seconds, $nanoseconds) = unpack('q q', $time);
    return $seconds * 1_000_000 + int($nanoseconds / 1000);
}

sub now { return clock(1) }    # CLOCK_MONOTONIC, in microseconds

# CPU time in microseconds, without what this process used itself (CLOCK_PROCESS_CPUTIME_ID).
sub cpu_time { return $usage{cpu}->() - clock(2) }

# The largest resident set of any process that was waited for.
sub largest_process {
    my $usage = pack('q18', (0) x 18);
    return syscall($call{getrusage}, -1, $usage) == 0 ? (unpack('q18', $usage))[4] * 1024 : 0;
}

# --- steps ------------------------------------------------------------------------------------------------------------

sub open_terminal {
    my ($columns, $rows) = @_;
    sysopen(my $master, '/dev/ptmx', 0x2 | 0x100) or die "ptmx: $!\n";    # O_RDWR, O_NOCTTY
    my $number = pack('i', 0);
    ioctl($master, 0x40045431, $number) or die "TIOCSPTLCK: $!\n";
    ioctl($master, 0x80045430, $number) or die "TIOCGPTN: $!\n";
    resize($master, $columns, $rows);
    sysopen(my $slave, '/dev/pts/' . unpack('i', $number), 0x2 | 0x100) or die "pts: $!\n";
    return ($master, $slave);
}

sub resize {
    my ($master, $columns, $rows) = @_;
    ioctl($master, 0x5414, pack('S4', $rows, $columns, 0, 0)) or die "TIOCSWINSZ: $!\n";
}

sub limit_resource {
    my ($resource, $value) = @_;
    return syscall($call{prlimit}, 0, $resource, pack('Q Q', $value, $value), 0) == 0;
}

# In the child: becomes the program, or tells through $failure why it cannot.
sub become {
    my ($s, $in, $out, $err, $failure) = @_;
    my $fail = sub { syswrite($failure, $_[0] . pack('N', $! + 0)); exit 1 };
    # The kernel's choice, where memory is short, is never this container's init. The file belongs to root while the
    # process is not dumpable; there is no other process that could make use of it.
    set_dumpable(1) and open(my $score, '>', '/proc/self/oom_score_adj') or $fail->('E');
    syswrite($score, '1000') or $fail->('E');
    limit_resource(0, $s->{cpu_seconds}) or $fail->('E');                       # RLIMIT_CPU, for each process
    limit_resource(1, $s->{file_limit}) or $fail->('E');                        # RLIMIT_FSIZE
    if ($s->{terminal}) {
        syscall($call{setsid}) >= 0 && ioctl($in, 0x540E, 0) or $fail->('E');   # TIOCSCTTY
    }
    else { setpgrp(0, 0) }
    $SIG{$_} = 'DEFAULT' for 'PIPE', 'FPE';
    open(STDIN, '<&', $in) && open(STDOUT, '>&', $out) && open(STDERR, '>&', $err) or $fail->('E');
    # The bare call: perl's exec would hand what is no program to a shell.
    my $argv = pack('p*', @{ $s->{arguments} }) . pack('J', 0);
    my $envp = pack('p*', @{ $s->{environment} }) . pack('J', 0);
    chdir $s->{directory} and syscall($call{execve}, $s->{arguments}[0], $argv, $envp);
    $fail->('N');
}

# X: columns, rows (0 for pipes), whether there is standard input, limits (CPU and wall time in microseconds, bytes of
# output, bytes of a file, the kernel's own limit on the CPU seconds of each process, sockets), directory, argument count,
# arguments, environment.
sub run_step {
    my %s;
    my ($count, @strings);
    (@s{qw(columns rows has_input cpu_limit wall_limit output_limit file_limit cpu_seconds most_sockets directory)}, $count, @strings) =
        unpack('N3 Q>4 N N N/a* N (N/a*)*', $_[0]);
    $s{arguments} = [splice(@strings, 0, $count)];
    $s{environment} = \@strings;
    $s{terminal} = $s{columns} > 0;
    defined $usage{$_}->() or die "the cgroup of the container is not visible ($_)\n" for qw(cpu memory oom);

    my ($in, $out, $err);
    if ($s{terminal}) {
        # Kept open while the step runs, so that its end is never seen between two processes.
        @s{qw(master slave)} = open_terminal(@s{qw(columns rows)});
        ($in, $out, $err) = ($s{slave}) x 3;
        ($s{out}{1}, $s{in}) = ($s{master}) x 2;
    }
    else {
        pipe($s{out}{1}, $out) && pipe($s{out}{2}, $err) or die "pipe: $!\n";
        if ($s{has_input}) { pipe($in, $s{in}) or die "pipe: $!\n" }
        else               { open($in, '<', '/dev/null') or die "null: $!\n" }
    }
    set_nonblocking($_) for values %{ $s{out} }, $s{in} // ();
    pipe(my $failed, my $failure) or die "pipe: $!\n";
    $s{"${_}_before"} = $usage{$_}->() for qw(memory peak oom);
    @s{qw(started cpu_before)} = (now(), cpu_time());
    @s{qw(input printed most_memory reason)} = ('', { 1 => 0, 2 => 0 }, 0, '');
    $s{pid} = fork() // die "fork: $!\n";
    become(\%s, $in, $out, $err, $failure) if $s{pid} == 0;
    ($in, $out, $err, $failure) = ();
    my $error = '';
    sysread($failed, $error, 16);    # ends at exec, which closes the other end
    watch(\%s) unless length $error;
    # Whatever the program left behind dies now; nothing can fork its way out of a kill of the whole namespace.
    kill 'KILL', -1;
    while ((my $pid = waitpid(-1, 0)) > 0) { $s{status} = $? if $pid == $s{pid} }
    finish(\%s, $error);
}

# Relays until the program ends or a limit does. No signal has a handler here: the program has the same user and can send
# any, as often as it likes, and perl ends when there are too many at once. A pidfd tells the program's end, and orphans are
# reaped at each turn.
sub watch {
    my ($s) = @_;
    my $pidfd = syscall($call{pidfd_open}, $s->{pid}, 0);
    $pidfd >= 0 && open(my $owner, '<&=', $pidfd) or die "pidfd_open: $!\n";
    my $next_check = 0;
    take_orders($s);    # What came with the order to begin.
    until (defined $s->{status} or $s->{reason}) {
        my ($reads, $writes) = ('', '');
        vec($reads, $_, 1) = 1 for 0, $pidfd;
        if (length $outbox < $queue_limit) { vec($reads, fileno $_, 1) = 1 for values %{ $s->{out} } }
        vec($writes, 1, 1) = 1 if length $outbox;
        vec($writes, fileno $s->{in}, 1) = 1 if $s->{in} && length $s->{input};
        my $wait = $next_check - now();
        my $ready = $wait > 0 ? select($reads, $writes, undef, $wait / 1_000_000) : 0;
        if ($ready > 0) {
            flush_some() if vec($writes, 1, 1);
            if (vec($reads, 0, 1)) { read_some(); take_orders($s) }
            feed($s) if $s->{in} && vec($writes, fileno $s->{in}, 1);
            for my $stream (keys %{ $s->{out} }) {
                relay($s, $stream) if vec($reads, fileno $s->{out}{$stream}, 1);
            }
        }
        $next_check = now() + check($s) if $wait <= 0;
        reap($s);
    }
}

# Orphans too: their corpses count against the limit on processes.
sub reap {
    my ($s) = @_;
    while ((my $pid = waitpid(-1, 1)) > 0) { $s->{status} = $? if $pid == $s->{pid} }    # WNOHANG
}

sub take_orders {
    my ($s) = @_;
    while (my ($type, $payload) = next_frame()) {
        if    ($type eq 'I') { length $payload ? $s->{input} .= $payload : end_input($s); feed($s) }
        elsif ($type eq 'Z') { resize($s->{master}, unpack('N N', $payload)) if $s->{master} }
        elsif ($type eq 'K') { $s->{reason} ||= 'K' }
        else                 { die "frame $type in a step\n" }
    }
}

# A terminal has no end of file but ^D: once for what is left of the last line, once for the end itself. It waits for room
# behind what was typed, and the server does not count it.
sub end_input {
    my ($s) = @_;
    $s->{input_ended} = 1;
    return unless $s->{master};
    my $last = length $s->{input} ? substr($s->{input}, -1) ne "\n" : $s->{in_line};
    $s->{uncounted} = $last ? 2 : 1;
    $s->{input} .= "\x04" x $s->{uncounted};
}

sub feed {
    my ($s) = @_;
    if ($s->{in} && length $s->{input}) {
        my $count = syswrite($s->{in}, $s->{input});
        if ($count) {
            $s->{in_line} = substr($s->{input}, $count - 1, 1) ne "\n";
            taken($s, $count);
            substr($s->{input}, 0, $count) = '';
        }
        elsif (!$!{EAGAIN} && !$!{EINTR}) { close_input($s) }
    }
    if (!$s->{in}) {    # Nobody will ever read it.
        taken($s, length $s->{input});
        $s->{input} = '';
    }
    close_input($s) if $s->{input_ended} && !length $s->{input};
}

sub taken {
    my ($s, $count) = @_;
    my $theirs = length($s->{input}) - ($s->{uncounted} // 0);
    $count = $theirs if $theirs < $count;
    queue('C', pack('N', $count)) if $count > 0;
}

sub close_input {
    my ($s) = @_;
    close $s->{in} if $s->{in} && !$s->{master};
    @$s{qw(in input_ended)} = ();
}

# One more byte than the limit tells the server that there was more.
sub relay {
    my ($s, $stream) = @_;
    my $count = sysread($s->{out}{$stream}, my $bytes, 65536);
    if (!$count) {
        delete $s->{out}{$stream} if defined $count or $!{EIO};
        return 0;
    }
    my $room = $s->{output_limit} + 1 - $s->{printed}{$stream};
    queue($stream, $count > $room ? substr($bytes, 0, $room) : $bytes) if $room > 0;
    $s->{printed}{$stream} += $count;
    $s->{reason} ||= 'O' if $s->{printed}{$stream} > $s->{output_limit};
    return $count;
}

# Looks at the limits and returns how many microseconds later to look again: no sooner than the CPU time can be used up,
# but often enough to see an OOM kill, for which the kernel may have picked one process of many.
sub check {
    my ($s) = @_;
    my $memory = $usage{memory}->();
    $s->{most_memory} = $memory if $memory > $s->{most_memory};
    my $wall = $s->{wall_limit} - (now() - $s->{started});
    my $cpu = $s->{cpu_limit} - (cpu_time() - $s->{cpu_before});
    # Those included that nobody has accepted, which no limit on memory counts.
    my $sockets = value('/proc/net/sockstat', 'sockets: used') // 0;
    $s->{reason} ||= $usage{oom}->() > $s->{oom_before} || $sockets > $s->{most_sockets} ? 'M' : $cpu <= 0 ? 'C' : $wall <= 0 ? 'W' : '';
    my $next = $sockets > 64 ? 10_000 : 50_000;
    for ($wall, $cpu / 4) { $next = $_ if $_ < $next }
    return $next < 2_000 ? 2_000 : $next;
}

# D: the raw wait status, errno where the program could not be executed, the reason for which it was killed here (or
# NUL), CPU and wall time in microseconds, peak memory in bytes, OOM kills.
sub finish {
    my ($s, $error) = @_;
    my $wall = now() - $s->{started};
    my $cpu = cpu_time() - $s->{cpu_before};
    if (substr($error, 0, 1) eq 'E') { local $! = unpack('x N', $error); die "the start of the program: $!\n" }
    delete $s->{slave};
    # No process of the step is alive, so what is in the pipes is all there will ever be.
    for my $stream (sort keys %{ $s->{out} }) {
        1 while $s->{printed}{$stream} <= $s->{output_limit} && relay($s, $stream);
        flush_all();
    }
    my $memory = $usage{memory}->();
    $s->{most_memory} = $memory if $memory > $s->{most_memory};
    my $errno = length $error ? unpack('x N', $error) : 0;
    my $oom = $usage{oom}->() - $s->{oom_before};
    queue('D', pack('N N a Q> Q> Q> N', $s->{status} // 0, $errno, $s->{reason} || "\0", $cpu < 0 ? 0 : $cpu, $wall, peak($s), $oom));
    flush_all();
}

# The peak of the cgroup counts from the container's own start, which needs some megabytes and cannot be reset from
# here. Where the step did not exceed that, its largest process and what was seen of the sum bound what it used.
sub peak {
    my ($s) = @_;
    my $seen = $s->{most_memory} - $s->{memory_before};
    my $peak = $usage{peak}->();
    if (defined $peak && defined $s->{peak_before}) {
        if ($peak > $s->{peak_before}) { $seen = $peak - $s->{memory_before} }
        else {
            my $bound = $peak - $s->{memory_before};
            my $largest = largest_process();
            $largest = $bound if $bound < $largest;
            $seen = $largest if $largest > $seen;
        }
    }
    return $seen < 4096 ? 4096 : $seen;
}

queue('R', '');
flush_all();
while (1) {
    my ($type, $payload) = next_frame();
    if (!defined $type) { read_some(); next }
    eval {
        if    ($type eq 'F') { make_file($payload, 0) }
        elsif ($type eq 'W') { make_file($payload, 1) }
        elsif ($type eq 'A') { append($payload) }
        elsif ($type eq 'X') { close $file if $file; run_step($payload) }
        elsif ($type eq 'G') { collect($payload) }
        elsif ($type !~ /^[IZK]$/) { die "unknown frame\n" }    # those three may come after the end of a step
        1;
    } or do { queue('E', $@); flush_all() };
}
