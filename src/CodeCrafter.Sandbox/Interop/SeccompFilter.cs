using System.Runtime.InteropServices;
using CodeCrafter.Sandbox.Steps;

namespace CodeCrafter.Sandbox.Interop;

/// <summary>
/// Compiles a profile to what seccomp(2) takes, with the library that OCI runtimes compile theirs with, so it is there where
/// one of them is. Calls of another architecture than the library's kill the process, as with the runtimes.
/// </summary>
internal static partial class SeccompFilter
{
    private const uint AllowAction = 0x7fff0000;
    private const uint ErrorAction = 0x00050000;
    private const int UnknownCall = -1;

    /// <summary>scmp_filter_attr: a search tree over the numbers of the calls in the place of a list.</summary>
    private const int OptimizeAttribute = 8, SearchTree = 2;

    [StructLayout(LayoutKind.Sequential)]
    private struct Comparison
    {
        public uint Argument;
        public int Operator;
        public ulong First;
        public ulong Second;
    }

    /// <summary>The instructions: an array of <c>struct sock_filter</c>, 8 bytes each.</summary>
    /// <param name="rules">What differs from the default.</param>
    /// <param name="defaultError">The errno of all other calls.</param>
    /// <exception cref="SandboxUnavailableException">The library is missing.</exception>
    /// <exception cref="IOException">It refuses a rule.</exception>
    public static byte[] Compile(IReadOnlyList<SeccompRule> rules, int defaultError)
    {
        try
        {
            var filter = seccomp_init(ErrorAction | (uint)defaultError);
            try
            {
                // Older versions of the library know no tree, and are as right without.
                _ = seccomp_attr_set(filter, OptimizeAttribute, SearchTree);
                foreach (var rule in rules)
                {
                    Add(filter, rule, defaultError);
                }
                return Export(filter);
            }
            finally
            {
                seccomp_release(filter);
            }
        }
        catch (DllNotFoundException e)
        {
            throw new SandboxUnavailableException("libseccomp.so.2 is missing, which every sandbox needs. Install it: apt-get install libseccomp2", e);
        }
    }

    private static unsafe void Add(nint filter, SeccompRule rule, int defaultError)
    {
        // What is the default anyway the library refuses to be told.
        if (rule.Errno == defaultError)
        {
            return;
        }
        var action = rule.Action == SeccompRule.AllowAction ? AllowAction : ErrorAction | (uint)rule.Errno!.Value;
        var comparisons = stackalloc Comparison[rule.Args.Count];
        for (var i = 0; i < rule.Args.Count; i++)
        {
            var argument = rule.Args[i];
            comparisons[i] = new Comparison
            {
                Argument = (uint)argument.Index,
                Operator = argument.Operator == SeccompArgument.EqualOperator ? 4 : 7,
                First = argument.Value,
                Second = argument.ValueTwo ?? 0,
            };
        }
        foreach (var name in rule.Names)
        {
            // A name that this version of the library does not know is no call of a program that it could allow or refuse.
            var number = seccomp_syscall_resolve_name(name);
            if (number != UnknownCall && seccomp_rule_add_array(filter, action, number, (uint)rule.Args.Count, comparisons) is < 0 and var error)
            {
                throw Native.Failure($"seccomp_rule_add_array {name}", -error);
            }
        }
    }

    private static byte[] Export(nint filter)
    {
        var (read, write) = Native.Pipe();
        using (read)
        {
            // A filter has at most 4,096 instructions, which a pipe holds.
            int error;
            using (write)
            {
                error = seccomp_export_bpf(filter, Native.Fd(write));
            }
            if (error < 0)
            {
                throw Native.Failure(nameof(seccomp_export_bpf), -error);
            }
            var bytes = new byte[64 << 10];
            var count = Native.Read(read, bytes);
            return count > 0 ? bytes[..count] : throw Native.Failure("read", -count);
        }
    }

    private const string Library = "libseccomp.so.2";

    [LibraryImport(Library)] private static partial nint seccomp_init(uint defaultAction);
    [LibraryImport(Library)] private static partial void seccomp_release(nint filter);
    [LibraryImport(Library)] private static partial int seccomp_attr_set(nint filter, int attribute, uint value);
    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)] private static partial int seccomp_syscall_resolve_name(string name);
    [LibraryImport(Library)] private static unsafe partial int seccomp_rule_add_array(nint filter, uint action, int call, uint count, Comparison* comparisons);
    [LibraryImport(Library)] private static partial int seccomp_export_bpf(nint filter, int descriptor);
}
