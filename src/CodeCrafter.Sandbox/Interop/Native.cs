using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Interop;

/// <summary>The system calls that .NET has no counterpart for. Linux only; errors are errno values.</summary>
internal static partial class Native
{
    public const short PollIn = 0x1;
    public const short PollOut = 0x4;
    public const short PollErr = 0x8;
    public const short PollHup = 0x10;

    public const int Eintr = 4;
    public const int Eagain = 11;
    public const int Epipe = 32;

    public const int SigKill = 9;

    private const int OCloexec = 0x80000;
    private const int ONonblock = 0x800;
    private const int FDupfdCloexec = 1030;
    private const int FGetfl = 3;
    private const int FSetfl = 4;
    private const int AfUnix = 1;
    private const int SockStreamCloexec = 1 | OCloexec;
    private const int MsgNosignal = 0x4000;

    // The numbers are the same on every architecture that has them (the generic table).
    private const int SysPidfdSendSignal = 424;
    private const int SysPidfdOpen = 434;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollFd
    {
        public int Fd;
        public short Events;
        public short Revents;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct MessageHeader
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Parts;
        public nuint PartCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>A pipe; both ends are close-on-exec.</summary>
    public static unsafe (SafeFileHandle Read, SafeFileHandle Write) Pipe()
    {
        var ends = stackalloc int[2];
        Check(pipe2(ends, OCloexec), nameof(pipe2));
        return (Own(ends[0]), Own(ends[1]));
    }

    /// <summary>Gives a file to a user and its group.</summary>
    public static void ChangeOwner(SafeFileHandle handle, int uid) => Check(fchown(Fd(handle), (uint)uid, (uint)uid), nameof(fchown));

    /// <summary>A pair of connected stream sockets; both are close-on-exec.</summary>
    public static unsafe (SafeFileHandle Ours, SafeFileHandle Theirs) SocketPair()
    {
        var ends = stackalloc int[2];
        Check(socketpair(AfUnix, SockStreamCloexec, 0, ends), nameof(socketpair));
        return (Own(ends[0]), Own(ends[1]));
    }

    public static SafeFileHandle EventFd() => Own(Check(eventfd(0, OCloexec | ONonblock), nameof(eventfd)));

    public static SafeFileHandle PidFd(int pid) => Own((int)Check(syscall(SysPidfdOpen, pid, 0, 0, 0), "pidfd_open"));

    /// <summary>Kills the process behind a pidfd; one that has ended already is no error.</summary>
    public static void Kill(SafeFileHandle pidFd)
    {
        const int esrch = 3;
        if (syscall(SysPidfdSendSignal, Fd(pidFd), SigKill, 0, 0) < 0 && Marshal.GetLastPInvokeError() is not esrch and var error)
        {
            throw Failure("pidfd_send_signal", error);
        }
    }

    /// <summary>Kills a process by its number; one that has ended already is no error.</summary>
    public static void KillPid(int pid) => _ = kill(pid, SigKill);

    /// <summary>A duplicate that is at least <paramref name="min"/>, close-on-exec.</summary>
    public static SafeFileHandle DuplicateAbove(SafeFileHandle handle, int min) =>
        Own(Check(fcntl(Fd(handle), FDupfdCloexec, min), nameof(fcntl)));

    public static void SetNonBlocking(SafeFileHandle handle)
    {
        var flags = Check(fcntl(Fd(handle), FGetfl, 0), nameof(fcntl));
        Check(fcntl(Fd(handle), FSetfl, flags | ONonblock), nameof(fcntl));
    }

    /// <summary>Lets a pipe hold so much, or what this host lets any hold; it takes the memory of what is in it.</summary>
    public static void SetPipeSize(SafeFileHandle pipe, long bytes)
    {
        const int setPipeSize = 1031;
        var most = long.Parse(File.ReadAllText("/proc/sys/fs/pipe-max-size"));
        Check(fcntl(Fd(pipe), setPipeSize, (int)Math.Min(bytes, most)), nameof(fcntl));
    }

    /// <summary>Waits for one of the descriptors; a negative one is passed over.</summary>
    public static unsafe int Poll(Span<PollFd> fds, int timeoutMilliseconds)
    {
        fixed (PollFd* first = fds)
        {
            while (true)
            {
                var ready = poll(first, (nuint)fds.Length, timeoutMilliseconds);
                if (ready >= 0 || Marshal.GetLastPInvokeError() != Eintr)
                {
                    return Check(ready, nameof(poll));
                }
            }
        }
    }

    /// <summary>Waits until the process behind a pidfd has ended.</summary>
    public static void AwaitEnd(SafeFileHandle pidFd) => Poll([new PollFd { Fd = Fd(pidFd), Events = PollIn }], Timeout.Infinite);

    /// <summary>Bytes read, 0 at the end, or minus the error.</summary>
    public static unsafe int Read(SafeFileHandle handle, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            while (true)
            {
                var count = read(Fd(handle), first, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }
                var error = Marshal.GetLastPInvokeError();
                if (error != Eintr)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Bytes written, or minus the error. .NET ignores SIGPIPE, so a closed pipe is an error and no more.</summary>
    public static unsafe int Write(SafeFileHandle handle, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            while (true)
            {
                var count = write(Fd(handle), first, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return (int)count;
                }
                var error = Marshal.GetLastPInvokeError();
                if (error != Eintr)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Bytes sent on a socket, or minus the error.</summary>
    public static unsafe int Send(SafeFileHandle socket, ReadOnlySpan<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            while (true)
            {
                var count = send(Fd(socket), first, (nuint)buffer.Length, MsgNosignal);
                if (count >= 0)
                {
                    return (int)count;
                }
                var error = Marshal.GetLastPInvokeError();
                if (error != Eintr)
                {
                    return -error;
                }
            }
        }
    }

    /// <summary>Sends bytes, and with the first of them duplicates of descriptors (unix(7): SCM_RIGHTS). Returns how many were sent.</summary>
    public static unsafe int SendWithDescriptors(SafeFileHandle socket, ReadOnlySpan<byte> bytes, IReadOnlyList<SafeFileHandle> descriptors)
    {
        const int solSocket = 1, scmRights = 1;
        var header = sizeof(nuint) + 8;
        var length = header + descriptors.Count * sizeof(int);
        var control = stackalloc byte[length + sizeof(nuint)];
        *(nuint*)control = (nuint)length;
        *(int*)(control + sizeof(nuint)) = solSocket;
        *(int*)(control + sizeof(nuint) + 4) = scmRights;
        for (var i = 0; i < descriptors.Count; i++)
        {
            *(int*)(control + header + i * sizeof(int)) = Fd(descriptors[i]);
        }
        fixed (byte* first = bytes)
        {
            var part = new IoVector { Base = first, Length = (nuint)bytes.Length };
            var message = new MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlLength = (nuint)((length + sizeof(nuint) - 1) & ~(sizeof(nuint) - 1)) };
            nint count;
            while ((count = sendmsg(Fd(socket), &message, MsgNosignal)) < 0 && Marshal.GetLastPInvokeError() == Eintr)
            {
            }
            return (int)Check(count, nameof(sendmsg));
        }
    }

    /// <summary>Takes a connection that waits; close-on-exec.</summary>
    public static unsafe SafeFileHandle Accept(SafeFileHandle listener) =>
        Own(Check(accept4(Fd(listener), null, null, OCloexec), nameof(accept4)));

    /// <summary>Makes <see cref="Receive"/> tell the sender of what is sent from now on.</summary>
    public static unsafe void AskForSender(SafeFileHandle socket)
    {
        const int solSocket = 1, soPassCred = 16;
        var on = 1;
        Check(setsockopt(Fd(socket), solSocket, soPassCred, &on, sizeof(int)), nameof(setsockopt));
    }

    /// <summary>
    /// Bytes received, 0 at the end, or minus the error; the sender's process id as the kernel attests it, in our PID
    /// namespace; and the descriptor that came with the bytes (unix(7): SCM_CREDENTIALS, SCM_RIGHTS).
    /// </summary>
    public static unsafe (int Count, int Pid, SafeFileHandle? Descriptor) Receive(SafeFileHandle socket, Span<byte> buffer)
    {
        const int scmRights = 1, scmCredentials = 2, cmsgCloexec = 0x40000000;
        var control = stackalloc byte[64];
        fixed (byte* first = buffer)
        {
            var part = new IoVector { Base = first, Length = (nuint)buffer.Length };
            var message = new MessageHeader { Parts = &part, PartCount = 1, Control = control, ControlLength = 64 };
            nint count;
            while ((count = recvmsg(Fd(socket), &message, cmsgCloexec)) < 0)
            {
                if (Marshal.GetLastPInvokeError() is not Eintr and var error)
                {
                    return (-error, 0, null);
                }
            }
            // cmsghdr: size_t length, int level, int type; then ucred (pid, uid, gid) or the descriptors.
            var pid = 0;
            SafeFileHandle? descriptor = null;
            var header = (nuint)sizeof(nuint) + 8;
            for (nuint at = 0; at + header + 4 <= message.ControlLength;)
            {
                var length = *(nuint*)(control + at);
                var type = *(int*)(control + at + (nuint)sizeof(nuint) + 4);
                var value = *(int*)(control + at + header);
                if (type == scmCredentials)
                {
                    pid = value;
                }
                else if (type == scmRights && descriptor is null)
                {
                    descriptor = Own(value);
                }
                at += (length + (nuint)sizeof(nuint) - 1) & ~((nuint)sizeof(nuint) - 1);
            }
            return ((int)count, pid, descriptor);
        }
    }

    /// <summary>Sets the size of a terminal; ioctl_tty(2), TIOCSWINSZ. A terminal that is no more has no size.</summary>
    public static unsafe void SetTerminalSize(SafeFileHandle terminal, int columns, int rows)
    {
        const nuint tiocswinsz = 0x5414;
        var size = stackalloc ushort[4] { (ushort)rows, (ushort)columns, 0, 0 };
        _ = ioctl(Fd(terminal), tiocswinsz, size);
    }

    /// <summary>
    /// A copy of a file in memory that nobody can change any more (memfd_create(2), all seals), with a descriptor above
    /// 1,000. It closes on exec, so it can be executed itself by its path under /proc/self/fd.
    /// </summary>
    public static SafeFileHandle SealedCopy(string path)
    {
        const int cloexec = 1, allowSealing = 2, addSeals = 1033, allSeals = 0xF;
        using var copy = Own(Check(memfd_create(Path.GetFileName(path), cloexec | allowSealing), nameof(memfd_create)));
        RandomAccess.Write(copy, File.ReadAllBytes(path), 0);
        Check(fcntl(Fd(copy), addSeals, allSeals), "F_ADD_SEALS");
        return DuplicateAbove(copy, 1_000);
    }

    /// <summary>
    /// Gives the calling thread, and what it starts, a view of the mounts of its own, without one of them. It shares its
    /// working directory with the other threads no longer.
    /// </summary>
    public static void HideMount(string mountPoint)
    {
        const int cloneNewNs = 0x00020000;
        const nuint recursivePrivate = (1 << 14) | (1 << 18); // MS_REC | MS_PRIVATE
        Check(unshare(cloneNewNs), nameof(unshare));
        Check(mount("none", "/", null, recursivePrivate, 0), nameof(mount));
        Check(umount2(mountPoint, 0), nameof(umount2));
    }

    /// <summary>Waits until a child of this process ends and returns its raw wait status.</summary>
    public static unsafe int WaitPid(int pid)
    {
        int status;
        while (waitpid(pid, &status, 0) < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != Eintr)
            {
                throw Failure(nameof(waitpid), error);
            }
        }
        return status;
    }

    /// <summary>Makes this process the parent of descendants whose own parent has ended, instead of the host's init.</summary>
    public static void AdoptOrphans()
    {
        const int prSetChildSubreaper = 36;
        Check(prctl(prSetChildSubreaper, 1, 0, 0, 0), nameof(prctl));
    }

    /// <summary>Takes the exit status of a dead process where it is a child of ours; else its parent does.</summary>
    public static unsafe void ReapIfOurs(int pid)
    {
        const int wnohang = 1;
        int status;
        _ = waitpid(pid, &status, wnohang);
    }

    internal static int Fd(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    internal static IOException Failure(string call, int error) =>
        new($"{call}: {Marshal.GetPInvokeErrorMessage(error)} (errno {error})");

    private static SafeFileHandle Own(int fd) => new(fd, ownsHandle: true);

    private static int Check(int result, string call) =>
        result >= 0 ? result : throw Failure(call, Marshal.GetLastPInvokeError());

    private static nint Check(nint result, string call) =>
        result >= 0 ? result : throw Failure(call, Marshal.GetLastPInvokeError());

    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int pipe2(int* ends, int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial int fchown(int fd, uint owner, uint group);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int socketpair(int domain, int type, int protocol, int* ends);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int accept4(int socket, void* address, void* length, int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial int eventfd(uint value, int flags);
    [LibraryImport("libc", SetLastError = true)] private static partial nint syscall(nint number, nint a, nint b, nint c, nint d);
    [LibraryImport("libc", SetLastError = true)] private static partial int prctl(int option, nint a, nint b, nint c, nint d);
    [LibraryImport("libc", SetLastError = true)] private static partial int kill(int pid, int signal);
    [LibraryImport("libc", SetLastError = true)] private static partial int fcntl(int fd, int command, nint argument);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int poll(PollFd* fds, nuint count, int timeout);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial nint read(int fd, byte* buffer, nuint count);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial nint write(int fd, byte* buffer, nuint count);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial nint send(int fd, byte* buffer, nuint count, int flags);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int setsockopt(int fd, int level, int option, void* value, uint length);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial nint recvmsg(int fd, MessageHeader* message, int flags);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial nint sendmsg(int fd, MessageHeader* message, int flags);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int ioctl(int fd, nuint request, void* argument);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int memfd_create(string name, uint flags);
    [LibraryImport("libc", SetLastError = true)] private static partial int unshare(int flags);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int mount(string source, string target, string? type, nuint flags, nint data);
    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)] private static partial int umount2(string target, int flags);
    [LibraryImport("libc", SetLastError = true)] private static unsafe partial int waitpid(int pid, int* status, int options);
}
