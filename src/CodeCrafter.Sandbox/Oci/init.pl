# PID 1 of a sandbox: the only trusted process inside. It takes orders from the server on a socket, one step at a
# time, so the server never opens a path that a program could have changed. Perl, since every Debian and Ubuntu has it
# (perl-base is essential) and it needs no build. It loads no module, not even strict, which a test holds it to: what it
# needs to start with is small, and so is what each sandbox copies of it.
#
# Frames both ways: a type byte, a 32-bit big-endian length, a payload. Strings carry a 32-bit length before them.
#   server: F mode path content             write a file (only while no step has run, or for the next one)
#           X command                       run a step; with X and P come the files through which a process enters the
#                                           step's cgroup, one a hierarchy
#           P path command                  start a step ahead of time; path, the file that it reads first, is a FIFO
#           G path                          all files are written: let the parked step read the one at path
#           C path files bytes changed      collect regular files at path, once no step runs; changed: only what differs
#                                           from the files that were written
#     command is: stdin seconds processes columns rows directory argc argument... env...; stdin is 1 for descriptor 0,
#     0 for none; processes are 0 where a cgroup counts them; columns are 0 where there is no terminal
#   init:   R ready                D status  the raw wait status of the step; no other process is alive any more
#           N errno  exec failed   E text    a fault of the sandbox
#           T with a descriptor    the terminal of the step that begins
#           L lost                 the parked step is not there any more; the files are
#           f mode path content    a collected file          c omitted   the end of the collection
# The end of the socket, also in the middle of a step, ends this process and with it the PID namespace.
our %call;    # the numbers of the calls that perl has no word for

# From fcntl.h, sys/stat.h, sys/resource.h and errno.h.
sub O_WRONLY() { 1 }          sub O_RDWR() { 2 }            sub O_CREAT() { 0100 }        sub O_EXCL() { 0200 }
sub O_NOCTTY() { 0400 }       sub O_NONBLOCK() { 04000 }    sub O_NOFOLLOW() { 0400000 }  sub O_CLOEXEC() { 02000000 }
sub O_PATH() { 010000000 }    sub S_IFMT() { 0170000 }      sub S_IFREG() { 0100000 }     sub S_IFDIR() { 0040000 }
sub S_IFIFO() { 0010000 }     sub RLIMIT_CPU() { 0 }        sub EAGAIN() { 11 }
sub RLIMIT_NPROC() { 6 }      sub MAX_DEPTH() { 16 }        sub MAX_ENTRIES() { 20_000 }
sub EINTR() { 4 }             sub MSG_WAITALL() { 0x100 }   sub MSG_CMSG_CLOEXEC() { 0x40000000 }
sub SIG_SETMASK() { 2 }       sub SIGCHLD_BIT() { 1 << 16 }

my $control;    # the socket of the server
my $deaths;     # becomes readable when a child has ended (signalfd)
my %written;    # path => content
my $parked;     # pid, path, fifo
my $terminal;   # kept open while a step runs, so that its other end never sees a hang-up between two processes

sub send_frame {
    my ($type, $payload) = @_;
    my $frame = $type . pack('N', length $payload) . $payload;
    while (length $frame) {
        my $count = syswrite($control, $frame);
        exit 1 unless defined $count;
        substr($frame, 0, $count) = '';
    }
}

# Reads a frame: its type and payload, and the descriptors that came with it (recvmsg(2) with SCM_RIGHTS; perl has no word for
# it without a module).
sub receive_frame {
    my ($socket) = @_;
    my ($head, $rights) = ("\0" x 5, "\0" x 256);
    substr($_, 0, 1) = "\0" for $head, $rights;    # a copy of its own, for the kernel to write to
    my $part = pack('P J', $head, 5);
    my $message = pack('J L x4 P J P J l x4', 0, 0, $part, 1, $rights, length $rights, 0);
    my $count;
    1 while ($count = syscall($call{recvmsg}, fileno $socket, $message, MSG_WAITALL | MSG_CMSG_CLOEXEC)) < 0 && $! == EINTR;
    exit 0 if $count != 5;
    my ($type, $length) = unpack('a N', $head);
    my $payload = '';
    while (length($payload) < $length) {
        sysread($socket, $payload, $length - length $payload, length $payload) or $! == EINTR or exit 0;
    }
    my ($size) = unpack('x40 J', $message);    # of what came besides
    my @descriptors = $size ? unpack('x16 l*', substr($rights, 0, unpack('J', $rights))) : ();
    return ($type, $payload, @descriptors);
}

# ---- files in

sub make_folders {
    my ($path) = @_;
    for (my $at = 1; ($at = index($path, '/', $at)) > 0; $at++) {
        my $folder = substr($path, 0, $at);
        mkdir $folder or -d $folder or die "mkdir $folder: $!\n";
    }
}

sub create {
    my ($path, $mode, $content) = @_;
    sysopen(my $file, $path, O_WRONLY | O_CREAT | O_EXCL, $mode) or die "create $path: $!\n";
    for (my $done = 0; $done < length $content;) {
        my $count = syswrite($file, $content, length($content) - $done, $done);
        defined $count or die "write $path: $!\n";
        $done += $count;
    }
    close $file or die "close $path: $!\n";
}

# Where the file of a parked step lies until that may go on: beside its FIFO. No path of a request has a control character.
sub aside { return substr($_[0], 0, rindex($_[0], '/') + 1) . "\x01" }

sub write_file {
    my ($mode, $path, $content) = unpack('N N/a* N/a*', $_[0]);
    make_folders($path);
    $written{$path} = $content if $path =~ m{^/workspace/};
    return create($path, $mode, $content) if !$parked || $path ne $parked->{path};
    create(aside($path), $mode, $content);
    $parked->{content} = $content;
}

# ---- steps

sub open_terminal {
    my ($columns, $rows) = @_;
    sysopen(my $master, '/dev/ptmx', O_RDWR | O_NOCTTY) or die "ptmx: $!\n";
    my ($locked, $number, $size) = (pack('i', 0), pack('i', 0), pack('S4', $rows, $columns, 0, 0));
    ioctl($master, 0x40045431, $locked) or die "unlock the terminal: $!\n";         # TIOCSPTLCK
    ioctl($master, 0x80045430, $number) or die "number of the terminal: $!\n";      # TIOCGPTN
    ioctl($master, 0x5414, $size) or die "size of the terminal: $!\n";              # TIOCSWINSZ
    my $name = '/dev/pts/' . unpack('i', $number);
    sysopen(my $slave, $name, O_RDWR | O_NOCTTY) or die "$name: $!\n";
    # sendmsg(2) with SCM_RIGHTS; perl has no word for it without a module.
    my $frame = 'T' . pack('N', 0);
    my $part = pack('P J', $frame, length $frame);
    my $rights = pack('J l l l x4', 20, 1, 1, fileno $master);
    my $message = pack('J L x4 P J P J l x4', 0, 0, $part, 1, $rights, length $rights, 0);
    syscall($call{sendmsg}, fileno $control, $message, 0) == length $frame or die "sendmsg: $!\n";
    return $slave;
}

sub take_terminal {
    syscall($call{setsid}) >= 0 or die "setsid: $!\n";
    ioctl($terminal, 0x540E, 0) or die "controlling terminal: $!\n";    # TIOCSCTTY
    for (0 .. 2) { syscall($call{dup3}, fileno $terminal, $_, 0) == $_ or die "dup3: $!\n" }
}

sub limit_cpu_time {
    my ($seconds) = @_;
    # A backstop, for a single process: the limit itself is on the sum, from the cgroup.
    my $limit = pack('Q Q', $seconds, $seconds);
    syscall($call{prlimit64}, 0, RLIMIT_CPU, $limit, 0);
}

# Starts a step; returns its process id, and what went wrong before its program began.
sub start {
    my ($order, @enter) = @_;
    my ($stdin, $seconds, $processes, $columns, $rows, $directory, $count, @strings) = unpack('N5 N/a* N (N/a*)*', $order);
    my @arguments = splice(@strings, 0, $count);
    $terminal = $columns ? open_terminal($columns, $rows) : undef;
    pipe(my $failed, my $failure) or die "pipe: $!\n";
    my $pid = fork();
    defined $pid or die "fork: $!\n";
    if ($pid == 0) {
        for my $descriptor (@enter) {
            # 0 stands for the writer: the step is inside its limits before any of its code runs.
            my $zero = '0';
            syscall($call{write}, $descriptor, $zero, 1) == 1 or syswrite($failure, "Ecgroup: $!"), exit 1;
        }
        $SIG{FPE} = 'DEFAULT';    # which perl ignores
        eval { block_signals(0); $terminal ? take_terminal() : setpgrp(0, 0); 1 } or syswrite($failure, "E$@"), exit 1;
        $stdin or $terminal or open(STDIN, '<', '/dev/null') or exit 1;
        limit_cpu_time($seconds) if $seconds;
        # Of the user, to whom this process belongs too.
        syscall($call{prlimit64}, 0, RLIMIT_NPROC, my $most = pack('Q Q', $processes + 1, $processes + 1), 0) if $processes;
        # The bare call: perl's exec would hand what is no program to a shell.
        my $argv = pack('p*', @arguments) . pack('J', 0);
        my $envp = pack('p*', @strings) . pack('J', 0);
        chdir $directory and syscall($call{execve}, $arguments[0], $argv, $envp);
        syswrite($failure, 'N' . pack('N', $! + 0));
        exit 1;
    }
    close $failure;
    syscall($call{close}, $_) for @enter;
    my $error = '';
    sysread($failed, $error, 4096);    # ends at exec, which closes the other end
    return ($pid, $error);
}

# Gives a parked step its file: through the FIFO where it has opened that, and else it will find the file itself.
sub feed {
    my ($feed) = @_;
    if (!$feed->{writer}) {
        sysopen($feed->{writer}, '/proc/self/fd/' . fileno $feed->{fifo}, O_WRONLY | O_NONBLOCK) or return delete $feed->{writer};
    }
    my $count = syswrite($feed->{writer}, $feed->{content});
    return if !defined $count && $! == EAGAIN;
    substr($feed->{content}, 0, $count // length $feed->{content}) = '';
    %$feed = () if !length $feed->{content};    # closes it
}

sub block_signals {
    my $mask = pack('Q', $_[0]);
    syscall($call{rt_sigprocmask}, SIG_SETMASK, $mask, 0, 8) == 0 or die "rt_sigprocmask: $!\n";
}

# The program has the same user, so it can send init any signal, as often as it likes. What init has no handler for is nothing
# to the first process of a namespace; and handlers of perl's are counted, which ends perl when there are too many at once.
# So SIGCHLD is blocked for ever, and is a descriptor that can be read when it has come.
sub watch_deaths {
    block_signals(SIGCHLD_BIT);
    my $mask = pack('Q', SIGCHLD_BIT);
    my $descriptor = syscall($call{signalfd4}, -1, $mask, 8, O_NONBLOCK | O_CLOEXEC);
    $descriptor >= 0 && open($deaths, '<&=', $descriptor) or exit 1;
}

# Waits for the program and at the same time for the end of the control socket. Meanwhile it reaps whoever has lost its
# parent: the dead count as processes too, and a program that makes daemons one after another is not to run out of them.
sub wait_for {
    my ($pid, $feed) = @_;
    local $SIG{PIPE} = 'IGNORE';
    my ($pause, $looks) = (0.0005, 1);
    while (1) {
        my ($read, $write) = ('', '');
        vec($read, fileno $control, 1) = 1;
        vec($read, fileno $deaths, 1) = 1 if $looks;
        feed($feed) if %$feed;
        vec($write, fileno $feed->{writer}, 1) = 1 if $feed->{writer};
        # What has not opened its FIFO yet is still starting, which nothing but the clock tells. After a death there may be a
        # flood of them, or of signals that say so: for two milliseconds nobody looks.
        my $timeout = !$looks ? 0.002 : %$feed && !$feed->{writer} ? ($pause = $pause < 0.02 ? $pause * 2 : $pause) : undef;
        my $ready = select($read, $write, undef, $timeout);
        exit 0 if $ready > 0 && vec($read, fileno $control, 1);
        if (!$looks) { $looks = $ready == 0; next }
        next unless $ready > 0 && vec($read, fileno $deaths, 1);
        sysread($deaths, my $what, 128);    # before looking: who dies from here on makes it readable again
        while ((my $ended = waitpid(-1, 1)) != 0) {    # WNOHANG
            $ended > 0 or die "waitpid: $!\n";
            return $? if $ended == $pid;
        }
        $looks = 0;
    }
}

sub finish {
    my ($pid, $error, $feed) = @_;
    my $status = wait_for($pid, $feed);
    # Whatever the program left behind dies now; nothing can fork its way out of a kill of the whole namespace.
    kill 'KILL', -1;
    1 while waitpid(-1, 0) > 0;
    undef $terminal;
    return length $error ? send_frame(substr($error, 0, 1), substr($error, 1)) : send_frame('D', pack('N', $status));
}

sub run_step { finish(start(@_), {}) }

sub park {
    my ($order, @enter) = @_;
    my ($path, $command) = unpack('N/a* a*', $order);
    make_folders($path);
    syscall($call{mknodat}, -100, $path, S_IFIFO | 0600, 0) == 0 or die "mknod $path: $!\n";
    sysopen(my $fifo, $path, O_PATH | O_NOFOLLOW | O_CLOEXEC) or die "open $path: $!\n";
    my ($pid, $error) = start($command, @enter);
    $parked = { pid => $pid, path => $path, fifo => $fifo, lost => length $error };
}

sub go {
    my ($path) = unpack('N/a*', $_[0]);
    my $step = $parked;
    undef $parked;
    my $waits = !$step->{lost} && waitpid($step->{pid}, 1) == 0;
    rename(aside($path), $path) or die "rename $path: $!\n";
    if (!$waits) {
        kill 'KILL', -1;
        1 while waitpid(-1, 0) > 0;
        return send_frame('L', '');
    }
    finish($step->{pid}, '', { fifo => $step->{fifo}, content => $step->{content} });
}

# ---- files out: nothing else is alive, so what is looked at stays what it is

sub read_regular {
    my ($path, $room) = @_;
    sysopen(my $file, $path, O_NOFOLLOW | O_NONBLOCK | O_NOCTTY) or return;
    my (undef, undef, $mode, $links, undef, undef, undef, $size) = stat $file;
    return if ($mode & S_IFMT) != S_IFREG || $links != 1 || $size > $room;
    my $content = '';
    while ((my $count = sysread($file, $content, $size + 1 - length $content, length $content) // return) > 0) { }
    return ($mode & 0777, $content);
}

sub collect {
    my ($top, $files, $bytes, $changed) = unpack('N/a* N N N', $_[0]);
    my ($omitted, $entries) = (0, 0);
    my $visit;
    $visit = sub {
        my ($path, $depth) = @_;
        return if ++$entries > MAX_ENTRIES;
        my $type = ((lstat $path)[2] // return) & S_IFMT;
        if ($type == S_IFDIR) {
            opendir(my $folder, $path) or return $omitted++;
            return $omitted++ if $depth > MAX_DEPTH;
            # Hidden folders are what tools keep for themselves in what they take for a home.
            my @names = sort grep { $_ ne '.' && $_ ne '..' && !($changed && /^\./ && -d "$path/$_") } readdir $folder;
            closedir $folder;
            $visit->("$path/$_", $depth + 1) for @names;
            return;
        }
        return $omitted++ if $type != S_IFREG;
        my $before = $changed ? $written{$path} : undef;
        # What would not be sent is not read either: it may be sparse, and longer than all that is sent.
        return $omitted++ if $files == 0 && !defined $before;
        my ($mode, $content) = read_regular($path, defined $before ? length($before) + $bytes : $bytes);
        return $omitted++ if !defined $content;
        return if defined $before && $before eq $content;
        return $omitted++ if $files == 0 || length $content > $bytes;
        $files--;
        $bytes -= length $content;
        send_frame('f', pack('N N/a* N/a*', $mode, $path, $content));
    };
    $visit->($top, 0);
    send_frame('c', pack('N', $omitted));
}

# Serves the server on this socket until that ends, as the first process of a sandbox.
sub serve {
    ($control) = @_;
    # Same user as the program: without this the program could write to /proc/1/mem and take the descriptors in /proc/1/fd.
    my $pr_set_dumpable = 4;
    syscall($call{prctl}, $pr_set_dumpable, 0, 0, 0, 0) == 0 or exit 1;
    watch_deaths();
    umask 022;
    send_frame('R', '');
    my %order = (F => \&write_file, X => \&run_step, P => \&park, G => \&go, C => \&collect);
    while (1) {
        my ($type, @order) = receive_frame($control);
        eval { ($order{$type} // die "unknown frame\n")->(@order); 1 } or send_frame('E', $@);
    }
}

sub take_calls {
    %call = @_;
    $_ += 0 for values %call;    # syscall takes text for a pointer
}

# By itself, and not as what zygote.pl forks, where the runtime passes no descriptors on (gVisor): it connects to a socket,
# which takes one connection and no further one. What a sandbox of that kind does is within the limits from outside, but
# for the number of its processes.
unless (caller) {
    (my $path, my @calls) = @ARGV;
    take_calls(@calls);
    socket(my $server, 1, 1, 0) or exit 1;    # AF_UNIX, SOCK_STREAM
    connect($server, pack('S a*', 1, $path)) or exit 1;
    serve($server);
}
1;
