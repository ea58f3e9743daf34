using System.Text;
using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// A started sandbox in which init waits for orders: our ends of its descriptors, and the means to kill it. Used by one
/// thread at a time, once, for one request.
/// </summary>
internal sealed class Container : IDisposable
{
    private readonly IContainerLife _life;
    private readonly SafeFileHandle _output;
    private readonly SafeFileHandle _errors;
    private SafeFileHandle? _input;
    private SafeFileHandle? _init;
    private int _initPid;
    private bool _killed;

    private Container(IContainerLife life, SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors)
    {
        _life = life;
        _input = input;
        _output = output;
        _errors = errors;
    }

    /// <summary>Orders to init and its answers.</summary>
    public ControlChannel Control { get; private set; } = null!;

    /// <summary>The write end of standard input; null once closed.</summary>
    public SafeFileHandle? Input => _input;

    /// <summary>The read end of standard output; does not block.</summary>
    public SafeFileHandle Output => _output;

    /// <summary>The read end of standard error; does not block.</summary>
    public SafeFileHandle Errors => _errors;

    /// <inheritdoc cref="IContainerLife.IsWithinLimits"/>
    public bool IsWithinLimits => _life.IsWithinLimits;

    /// <summary>Starts a container and waits until its init is ready.</summary>
    /// <param name="life">How it begins and ends.</param>
    /// <param name="uid">The user, and group, of what runs in it: whose descriptors can be opened again by name, /dev/stdin.</param>
    /// <param name="startTimeout">How long it may take.</param>
    /// <exception cref="IOException">It did not start; the message says what it said.</exception>
    public static Container Start(IContainerLife life, int uid, TimeSpan startTimeout)
    {
        var (inputRead, inputWrite) = Native.Pipe();
        var (outputRead, outputWrite) = Native.Pipe();
        var (errorsRead, errorsWrite) = Native.Pipe();
        var container = new Container(life, inputWrite, outputRead, errorsRead);
        SafeFileHandle[] theirs = [inputRead, outputWrite, errorsWrite];
        try
        {
            foreach (var handle in (SafeFileHandle[])[inputWrite, outputRead, errorsRead])
            {
                Native.SetNonBlocking(handle);
                Native.ChangeOwner(handle, uid);
            }
            container.Control = life.Begin(theirs, errorsRead, startTimeout);
            container.AwaitReady(startTimeout);
            return container;
        }
        catch (Exception e)
        {
            Array.ForEach(theirs, handle => handle.Dispose());
            var said = container.ReadErrors();
            container.Dispose();
            throw said.Length > 0 ? new IOException($"{e.Message} {said}", e) : e;
        }
    }

    /// <summary>Init is alive: we have not killed it, and nobody else has.</summary>
    public bool IsAlive => !_killed && Native.Poll([new Native.PollFd { Fd = Native.Fd(_init!), Events = Native.PollIn }], 0) == 0;

    /// <summary>Sockets of its network namespace, those included that wait to be accepted; none where its kernel is its own.</summary>
    public int Sockets
    {
        get
        {
            const string label = "sockets: used ";
            if (IsWithinLimits)
            {
                return 0;
            }
            try
            {
                var line = File.ReadLines($"/proc/{_initPid}/net/sockstat").FirstOrDefault("");
                return line.StartsWith(label, StringComparison.Ordinal) ? int.Parse(line.AsSpan(label.Length)) : 0;
            }
            catch (IOException)
            {
                // It has ended.
                return 0;
            }
        }
    }

    /// <summary>Kills init, and with it, by the PID namespace, every process of the sandbox.</summary>
    public void Kill()
    {
        _killed = true;
        Native.Kill(_init!);
    }

    /// <summary>Ends the program's standard input.</summary>
    public void CloseInput()
    {
        _input?.Dispose();
        _input = null;
    }

    /// <summary>Ends the sandbox, waits until nothing of it is left, and closes everything.</summary>
    public void Dispose()
    {
        if (_init is not null)
        {
            Native.Kill(_init);
        }
        Control?.Dispose();
        CloseInput();
        _output.Dispose();
        _errors.Dispose();
        _life.End(_init, _initPid);
        _init?.Dispose();
    }

    private void AwaitReady(TimeSpan timeout)
    {
        Span<Native.PollFd> control = [new Native.PollFd { Fd = Native.Fd(Control.Handle), Events = Native.PollIn }];
        if (Native.Poll(control, (int)timeout.TotalMilliseconds) == 0)
        {
            _life.Abort();
            throw new IOException($"A sandbox did not start within {timeout}.");
        }
        _initPid = Control.ReceiveReady();
        if (_initPid <= 0)
        {
            throw new IOException("A sandbox could not be started.");
        }
        // Init is alive until we tell it otherwise, so the number cannot have passed to another process yet.
        _init = Native.PidFd(_initPid);
    }

    private string ReadErrors()
    {
        var buffer = new byte[4096];
        var count = Native.Read(_errors, buffer);
        return count > 0 ? Encoding.UTF8.GetString(buffer, 0, count).Trim() : "";
    }
}
