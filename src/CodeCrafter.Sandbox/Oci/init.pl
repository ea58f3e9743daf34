# PID 1 of a sandbox: the only trusted process inside. It takes orders from the server on descriptor 3, one step at a
# time, so the server never opens a path that a program could have changed. Perl, since every Debian and Ubuntu has it
# (perl-base is essential) and it starts in a millisecond; no module but strict, so nothing else is loaded.
#
# Frames both ways: a type byte, a 32-bit big-endian length, a payload. Strings carry a 32-bit length before them.
#   server: F path content                                  write a file (only before the first step)
#           X step stdin directory argc argument... env...  run a step; stdin is 1 for descriptor 0, 0 for none
#   init:   R ready                D status  the raw wait status of the step; no other process is alive any more
#           N errno  exec failed   E text    a fault of the sandbox
# The end of descriptor 3, also in the middle of a step, ends this process and with it the PID namespace.
use strict;

my ($prctl, $execve, $files_per_step) = @ARGV;

# Same user as the program: without this the program could write to /proc/1/mem and take the descriptors in /proc/1/fd.
my $pr_set_dumpable = 4;
syscall($prctl + 0, $pr_set_dumpable, 0, 0, 0, 0) == 0 or exit 1;

sub inherited {
    my ($fd, $mode) = @_;
    open(my $file, $mode, $fd) or exit 1;
    fcntl($file, 2, 1) or exit 1;    # F_SETFD, FD_CLOEXEC
    return $file;
}

my $control = inherited(3, '+<&=');
# Two steps, and for each the cgroup.procs files of its cgroup, one a hierarchy.
my @enter = map { my $step = $_; [map { inherited(4 + $step * $files_per_step + $_, '>>&=') } 0 .. $files_per_step - 1] } 0, 1;

sub send_frame {
    my ($type, $payload) = @_;
    my $frame = $type . pack('N', length $payload) . $payload;
    while (length $frame) {
        my $count = syswrite($control, $frame);
        exit 1 unless defined $count;
        substr($frame, 0, $count) = '';
    }
}

sub receive {
    my ($length) = @_;
    my $bytes = '';
    while (length($bytes) < $length) {
        my $count = sysread($control, $bytes, $length - length($bytes), length($bytes));
        exit 0 unless $count;
    }
    return $bytes;
}

sub write_file {
    my ($path, $content) = unpack('N/a* N/a*', $_[0]);
    my $directory = '/workspace';
    my @names = split m{/}, $path;
    my $name = pop @names;
    for (@names) {
        $directory .= "/$_";
        mkdir $directory or $!{EEXIST} or -d $directory or die "mkdir $path: $!\n";
    }
    sysopen(my $file, "$directory/$name", 0x1 | 0x40 | 0x80, 0644) or die "create $path: $!\n";  # O_WRONLY O_CREAT O_EXCL
    for (my $done = 0; $done < length $content;) {
        my $count = syswrite($file, $content, length($content) - $done, $done);
        defined $count or die "write $path: $!\n";
        $done += $count;
    }
    close $file or die "close $path: $!\n";
}

# Waits for the program and at the same time for the end of the control socket.
sub wait_for {
    my ($pid) = @_;
    my $pidfd = syscall(434, $pid, 0);    # pidfd_open
    if ($pidfd >= 0) {
        open(my $owner, '<&=', $pidfd) or exit 1;
        while (1) {
            my $ready = '';
            vec($ready, 3, 1) = vec($ready, $pidfd, 1) = 1;
            select($ready, undef, undef, undef) > 0 or next;
            exit 0 if vec($ready, 3, 1);
            last if vec($ready, $pidfd, 1);
        }
    }
    waitpid($pid, 0) == $pid or die "waitpid: $!\n";
    return $?;
}

sub run_step {
    my ($step, $stdin, $directory, $count, @strings) = unpack('N N N/a* N (N/a*)*', $_[0]);
    my @arguments = splice(@strings, 0, $count);
    pipe(my $failed, my $failure) or die "pipe: $!\n";
    my $pid = fork();
    defined $pid or die "fork: $!\n";
    if ($pid == 0) {
        for my $file (@{ $enter[$step] }) {
            # 0 stands for the writer: the step is inside its limits before any of its code runs.
            (syswrite($file, '0') // 0) == 1 or syswrite($failure, "Ecgroup: $!"), exit 1;
        }
        $stdin or open(STDIN, '<', '/dev/null') or exit 1;
        setpgrp(0, 0);
        # The bare call: perl's exec would hand what is no program to a shell.
        my $argv = pack('p*', @arguments) . pack('J', 0);
        my $envp = pack('p*', @strings) . pack('J', 0);
        chdir $directory and syscall($execve + 0, $arguments[0], $argv, $envp);
        syswrite($failure, 'N' . pack('N', $! + 0));
        exit 1;
    }
    close $failure;
    my $error = '';
    sysread($failed, $error, 4096);    # ends at exec, which closes the other end
    close $failed;
    my $status = wait_for($pid);
    # Whatever the program left behind dies now; nothing can fork its way out of a kill of the whole namespace.
    kill 'KILL', -1;
    1 while waitpid(-1, 0) > 0;
    return length $error ? send_frame(substr($error, 0, 1), substr($error, 1)) : send_frame('D', pack('N', $status));
}

umask 022;
send_frame('R', '');
while (1) {
    my ($type, $length) = unpack('a N', receive(5));
    my $payload = receive($length);
    eval {
        if    ($type eq 'F') { write_file($payload) }
        elsif ($type eq 'X') { run_step($payload) }
        else                 { die "unknown frame\n" }
        1;
    } or send_frame('E', $@);
}
