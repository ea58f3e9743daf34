using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Interop;

/// <summary>
/// Starts a process that gets exactly the descriptors it is given. <see cref="System.Diagnostics.Process"/> can pass
/// 0 to 2 only; the sandbox also needs its control socket and the files through which a step enters its cgroup.
/// </summary>
internal static partial class ChildProcess
{
    private const short SetSigDefault = 0x04;
    private const short SetSigMask = 0x08;
    private const short SetSid = 0x80;

    // Larger than the C library's opaque types on any architecture (80 and 336 bytes in glibc, less in musl).
    private const int OpaqueSize = 1024;

    /// <summary>
    /// Starts <paramref name="path"/> (absolute) in a session of its own, with default signal
    /// dispositions, and the i-th handle as its descriptor i. The caller waits for it.
    /// </summary>
    public static unsafe int Start(string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, IReadOnlyList<SafeFileHandle> descriptors)
    {
        // dup2 onto 0..n would destroy a source that happens to have one of these numbers: lift them above first.
        var lifted = new List<SafeFileHandle>(descriptors.Count);
        using var argv = new StringVector(arguments);
        using var envp = new StringVector(environment);
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[OpaqueSize];
        Check(posix_spawn_file_actions_init(actions));
        Check(posix_spawnattr_init(attributes));
        try
        {
            for (var i = 0; i < descriptors.Count; i++)
            {
                var source = Native.DuplicateAbove(descriptors[i], descriptors.Count);
                lifted.Add(source);
                Check(posix_spawn_file_actions_adddup2(actions, Native.Fd(source), i));
            }
            sigfillset(signals);
            Check(posix_spawnattr_setsigdefault(attributes, signals));
            sigemptyset(signals);
            Check(posix_spawnattr_setsigmask(attributes, signals));
            Check(posix_spawnattr_setflags(attributes, SetSigDefault | SetSigMask | SetSid));
            int pid;
            var error = posix_spawn(&pid, path, actions, attributes, argv.Pointers, envp.Pointers);
            return error == 0 ? pid : throw Native.Failure($"posix_spawn {path}", error);
        }
        finally
        {
            posix_spawn_file_actions_destroy(actions);
            posix_spawnattr_destroy(attributes);
            lifted.ForEach(handle => handle.Dispose());
        }
    }

    private static void Check(int error)
    {
        if (error != 0)
        {
            throw Native.Failure("posix_spawn", error);
        }
    }

    /// <summary>A null-terminated vector of UTF-8 strings in native memory.</summary>
    private sealed unsafe class StringVector : IDisposable
    {
        private readonly int _count;

        public StringVector(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointers = (byte**)NativeMemory.AllocZeroed((nuint)_count + 1, (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                Pointers[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
            }
        }

        public byte** Pointers { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
            {
                Marshal.FreeCoTaskMem((nint)Pointers[i]);
            }
            NativeMemory.Free(Pointers);
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)] private static unsafe partial int posix_spawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);
    [LibraryImport("libc")] private static unsafe partial int posix_spawn_file_actions_init(byte* actions);
    [LibraryImport("libc")] private static unsafe partial int posix_spawn_file_actions_destroy(byte* actions);
    [LibraryImport("libc")] private static unsafe partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);
    [LibraryImport("libc")] private static unsafe partial int posix_spawnattr_init(byte* attributes);
    [LibraryImport("libc")] private static unsafe partial int posix_spawnattr_destroy(byte* attributes);
    [LibraryImport("libc")] private static unsafe partial int posix_spawnattr_setflags(byte* attributes, short flags);
    [LibraryImport("libc")] private static unsafe partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);
    [LibraryImport("libc")] private static unsafe partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);
    [LibraryImport("libc")] private static unsafe partial int sigfillset(byte* signals);
    [LibraryImport("libc")] private static unsafe partial int sigemptyset(byte* signals);
}
