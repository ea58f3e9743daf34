using System.Net.Sockets;
using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// The control socket of a sandbox whose runtime passes no descriptors on: init connects to it. It takes one connection,
/// before any program is there, and is closed then, so a program that finds it is refused.
/// </summary>
internal sealed class ControlListener : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly SafeFileHandle _handle;

    /// <param name="path">Where it is; bound into the sandbox.</param>
    public ControlListener(string path)
    {
        _handle = new SafeFileHandle(_socket.Handle, ownsHandle: false);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        // The connection inherits it.
        Native.AskForSender(_handle);
        _socket.Listen(1);
    }

    /// <summary>Waits for the connection; null where there was none in time, or where the runtime has ended.</summary>
    /// <param name="errors">A pipe whose other end the runtime holds.</param>
    /// <param name="timeout">How long to wait.</param>
    public SafeFileHandle? Accept(SafeFileHandle errors, TimeSpan timeout)
    {
        Span<Native.PollFd> fds = [new Native.PollFd { Fd = Native.Fd(_handle), Events = Native.PollIn }, new Native.PollFd { Fd = Native.Fd(errors) }];
        return Native.Poll(fds, (int)timeout.TotalMilliseconds) > 0 && fds[0].Revents != 0 ? Native.Accept(_handle) : null;
    }

    public void Dispose()
    {
        _handle.Dispose();
        _socket.Dispose();
    }
}
