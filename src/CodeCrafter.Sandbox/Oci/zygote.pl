# The process that sandboxes are forked from: PID 1 of a container that an OCI runtime made once, with the read-only root, the
# devices and the toolchains that all sandboxes see. A fork with namespaces of its own costs a millisecond, a container
# ten. This process never runs or reads anything of a program's; its children become init (init.pl) of a sandbox each, and
# give up every privilege before they say that they are ready. docs/decisions/0060.
#
# Frames from the server: a type byte, a 32-bit big-endian length, a payload.
#   C hidden settings protected filter
#                                  once: paths of /proc to hide, those to write to and what, those to keep from writing (the first
#                                  two with counts before them), the seccomp filter for programs
#   S user disk mounts             start a sandbox; with the frame come its descriptors 0 to 2 and its control socket
#     hidden is a count and strings, mounts are target, type, flags (as text), data each; disk, in 64 bits, is the largest file
# It says R when it has started, and answers C with R. What goes wrong with a sandbox is on that sandbox's descriptor 2, and its control socket ends.
require '/init.pl';
my %number = @ARGV;
take_calls(%number);
our %call;

# From sched.h, sys/mount.h, sys/prctl.h, linux/seccomp.h, net/if.h and sys/socket.h.
sub NAMESPACES() { 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x20000000 | 0x40000000 }    # mount cgroup uts ipc pid network
sub SIGCHLD() { 17 }          sub MS_RDONLY() { 1 }         sub MS_NOSUID() { 2 }         sub MS_NODEV() { 4 }
sub MS_NOEXEC() { 8 }         sub MS_REMOUNT() { 32 }       sub MS_BIND() { 4096 }        sub MS_REC() { 16384 }
sub MS_PRIVATE() { 1 << 18 }  sub PR_CAPBSET_DROP() { 24 }  sub PR_SET_NO_NEW_PRIVS() { 38 }
sub RLIMIT_FSIZE() { 1 }      sub SIOCSIFFLAGS() { 0x8914 }

open(my $server, '+<&=', 3) or exit 1;
fcntl($server, 2, 1) or exit 1;    # F_SETFD, FD_CLOEXEC
my (@hidden_files, @hidden_folders, %settings, @protected, $filter);
my $outer_network;

sub checked { my ($what, $result) = @_; $result >= 0 or die "$what: $!\n"; return $result }

# syscall may write to its strings, so it wants variables.
sub mount {
    my ($source, $target, $type, $flags, $data) = @_;
    checked("mount $type on $target", syscall($call{mount}, $source, $target, $type, $flags, $data));
}

sub configure {
    my ($hidden, $settings, @rest) = unpack('N N (N/a*)*', $_[0]);
    $outer_network = readlink '/proc/self/ns/net' or die "/proc/self/ns/net: $!\n";
    my @hide = splice(@rest, 0, $hidden);
    %settings = splice(@rest, 0, $settings);
    $filter = pop @rest;
    @protected = grep { -e } @rest;
    @hidden_folders = grep { -d } @hide;
    @hidden_files = grep { -e && !-d } @hide;
    # Devices are written to, and not the file system that they are in, which all sandboxes share.
    mount('', '/dev', '', MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NOEXEC, '');
    my $capability = 0;
    $capability++ while syscall($call{prctl}, PR_CAPBSET_DROP, $capability, 0, 0, 0) == 0;
    $capability > 0 or die "PR_CAPBSET_DROP: $!\n";
    checked('no_new_privs', syscall($call{prctl}, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
}

# ---- what a child does before it is init

sub mount_all {
    my (@mounts) = @_;
    while (my ($target, $type, $flags, $data) = splice(@mounts, 0, 4)) { mount($type, $target, $type, $flags + 0, $data) }
}

# Of the network namespace, whatever /proc shows: if that were not its own, the host's settings would be overwritten.
sub limit_sockets {
    readlink('/proc/self/ns/net') ne $outer_network or die "it has no network namespace of its own\n";
    for (keys %settings) {
        sysopen(my $setting, $_, O_WRONLY()) or die "$_: $!\n";
        defined syswrite($setting, $settings{$_}) or die "$_: $!\n";
    }
}

sub cover_proc {
    mount('/dev/null', $_, '', MS_BIND, '') for @hidden_files;
    mount('tmpfs', $_, 'tmpfs', MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, 'size=0') for @hidden_folders;
    for (@protected) {
        mount($_, $_, '', MS_BIND | MS_REC, '');
        mount('', $_, '', MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, '');
    }
}

sub raise_loopback {
    socket(my $any, 2, 2, 0) or die "socket: $!\n";    # AF_INET, SOCK_DGRAM
    my $request = pack('a16 s x22', 'lo', 1);          # IFF_UP
    ioctl($any, SIOCSIFFLAGS, $request) or die "loopback: $!\n";
}

sub give_up_privileges {
    my ($user) = @_;
    checked('setgroups', syscall($call{setgroups}, 0, 0));
    checked('setresgid', syscall($call{setresgid}, $user, $user, $user));
    checked('setresuid', syscall($call{setresuid}, $user, $user, $user));
    my $program = pack('S x6 P', length($filter) / 8, $filter);
    checked('seccomp', syscall($call{seccomp}, 1, 0, $program));    # SECCOMP_SET_MODE_FILTER
}

sub become_sandbox {
    my ($order, @descriptors) = @_;
    my ($user, $disk, @mounts) = unpack('N Q> (N/a*)*', $order);
    checked('dup3', syscall($call{dup3}, $descriptors[$_], $_, 0)) for 0 .. 2;
    open(my $control, '+<&=', $descriptors[3]) or die "control socket: $!\n";
    checked('setsid', syscall($call{setsid}));
    mount_all(@mounts);
    limit_sockets();
    cover_proc();
    raise_loopback();
    my $largest = pack('Q Q', $disk, $disk);
    checked('prlimit64', syscall($call{prlimit64}, 0, RLIMIT_FSIZE, $largest, 0));
    give_up_privileges($user);
    serve($control);
}

sub spawn {
    my ($order, @descriptors) = @_;
    my $pid = syscall($call{clone}, NAMESPACES | SIGCHLD, 0, 0, 0, 0);
    if ($pid == 0) {
        $SIG{CHLD} = 'DEFAULT';
        close $server;
        eval { become_sandbox($order, @descriptors) };
        syswrite(STDERR, "The sandbox could not be set up: $@");
        exit 1;
    }
    if ($pid < 0 && open(my $errors, '>&', $descriptors[2])) { syswrite($errors, "clone: $!\n") }
    syscall($call{close}, $_) for @descriptors;
}

sub answer { syswrite($server, 'R' . pack('N', 0)) == 5 or exit 1 }

$SIG{CHLD} = 'IGNORE';    # nobody asks how a sandbox ended, and this way the kernel clears up at once
answer();
while (1) {
    my ($type, $payload, @descriptors) = receive_frame($server);
    if ($type eq 'S') { spawn($payload, @descriptors) }
    elsif ($type eq 'C') { configure($payload); answer() }
    else { exit 1 }
}
