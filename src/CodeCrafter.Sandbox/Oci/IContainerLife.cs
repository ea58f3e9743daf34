using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>How a container begins and what has to be done about its end.</summary>
internal interface IContainerLife
{
    /// <summary>All of it, its init and its kernel too, is in the cgroup of the step, and a program may end init.</summary>
    bool IsWithinLimits { get; }

    /// <summary>Starts init, and returns its control socket. Where it does not come up, that ends.</summary>
    /// <param name="standard">Its descriptors 0 to 2; closed here.</param>
    /// <param name="errors">Our end of descriptor 2.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <exception cref="IOException">It could not be started.</exception>
    ControlChannel Begin(SafeFileHandle[] standard, SafeFileHandle errors, TimeSpan timeout);

    /// <summary>It did not come up in time.</summary>
    void Abort();

    /// <summary>Init was killed, if there ever was one, and our ends are closed: waits until nothing is left of the container.</summary>
    /// <param name="init">A pidfd of init; null where it never came up.</param>
    /// <param name="pid">The number of its process on this host.</param>
    void End(SafeFileHandle? init, int pid);
}
