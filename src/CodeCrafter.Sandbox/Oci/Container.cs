using System.Text;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>
/// A started sandbox in which init waits for orders: our ends of its descriptors, and the means to kill it. Used by one
/// thread at a time, once, for one request.
/// </summary>
internal sealed class Container : IDisposable
{
    private readonly OciRuntime _runtime;
    private readonly string _id;
    private readonly string _bundle;
    private readonly SafeFileHandle _output;
    private readonly SafeFileHandle _errors;
    private SafeFileHandle? _input;
    private SafeFileHandle? _init;
    private int _initPid;
    private bool _killed;
    private int _runtimePid;

    private Container(OciRuntime runtime, string id, string bundle, SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors)
    {
        _runtime = runtime;
        _id = id;
        _bundle = bundle;
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

    /// <summary>All of it, its init and its kernel too, is in the cgroup of the step, and a program may end init.</summary>
    public bool IsWithinLimits => _runtime.HasOwnKernel;

    /// <summary>Starts a sandbox and waits until its init is ready.</summary>
    /// <param name="runtime">The runtime.</param>
    /// <param name="id">Unique on this host.</param>
    /// <param name="bundle">A directory of this sandbox's own; removed at the end.</param>
    /// <param name="config">config.json.</param>
    /// <param name="steps">The cgroups of the two steps.</param>
    /// <param name="startTimeout">How long it may take.</param>
    public static Container Start(OciRuntime runtime, string id, string bundle, byte[] config, IReadOnlyList<StepCgroup> steps, TimeSpan startTimeout)
    {
        Directory.CreateDirectory(bundle);
        File.WriteAllBytes(Path.Combine(bundle, "config.json"), config);
        var (inputRead, inputWrite) = Native.Pipe();
        var (outputRead, outputWrite) = Native.Pipe();
        var (errorsRead, errorsWrite) = Native.Pipe();
        var container = new Container(runtime, id, bundle, inputWrite, outputRead, errorsRead);
        var entrances = new List<SafeFileHandle>();
        try
        {
            foreach (var handle in (SafeFileHandle[])[inputWrite, outputRead, errorsRead])
            {
                Native.SetNonBlocking(handle);
            }
            entrances.AddRange(steps.SelectMany(step => step.OpenForEntering()));
            container.StartRuntime([inputRead, outputWrite, errorsWrite], entrances, startTimeout);
            container.AwaitReady(startTimeout);
            return container;
        }
        catch
        {
            container.Dispose();
            throw;
        }
        finally
        {
            entrances.ForEach(handle => handle.Dispose());
            Array.ForEach([inputRead, outputWrite, errorsWrite], handle => handle.Dispose());
        }
    }

    /// <summary>Where the control socket of a sandbox is that cannot be given it as a descriptor.</summary>
    public static string ControlPath(string bundle) => Path.Combine(bundle, "control");

    /// <summary>Init is alive: we have not killed it, and nobody else has.</summary>
    public bool IsAlive => !_killed && Native.Poll([new Native.PollFd { Fd = Native.Fd(_init!), Events = Native.PollIn }], 0) == 0;

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
        if (_runtimePid > 0)
        {
            Native.WaitPid(_runtimePid);
            _runtime.FinishDelete(_id);
        }
        if (!_runtime.StaysWithContainer)
        {
            Remove();
        }
        _init?.Dispose();
        Directory.Delete(_bundle, recursive: true);
    }

    /// <summary>What a runtime that stays does by itself: wait for init, and remove the container.</summary>
    private void Remove()
    {
        if (_init is null)
        {
            return; // It never came up, and the runtime has cleared up after itself.
        }
        Span<Native.PollFd> init = [new Native.PollFd { Fd = Native.Fd(_init), Events = Native.PollIn }];
        Native.Poll(init, Timeout.Infinite);
        Native.ReapIfOurs(_initPid);
        _runtime.Delete(_id);
    }

    /// <summary>Starts the runtime; their ends of the descriptors are closed afterwards.</summary>
    private void StartRuntime(SafeFileHandle[] theirs, IEnumerable<SafeFileHandle> entrances, TimeSpan timeout)
    {
        if (_runtime.HasOwnKernel)
        {
            using var listener = new ControlListener(ControlPath(_bundle));
            _runtimePid = _runtime.Run(_id, _bundle, [.. theirs, .. entrances]);
            Array.ForEach(theirs, handle => handle.Dispose());
            Control = listener.Accept(_errors, timeout) is { } connection
                ? new ControlChannel(connection)
                : throw new IOException($"The runtime could not start a sandbox.{ReadErrors()}");
            return;
        }
        var (ours, control) = Native.SocketPair();
        using (control)
        {
            Native.AskForSender(ours);
            Control = new ControlChannel(ours);
            _runtimePid = _runtime.Run(_id, _bundle, [.. theirs, control, .. entrances]);
            Array.ForEach(theirs, handle => handle.Dispose());
        }
    }

    private void AwaitReady(TimeSpan timeout)
    {
        Span<Native.PollFd> control = [new Native.PollFd { Fd = Native.Fd(Control.Handle), Events = Native.PollIn }];
        if (Native.Poll(control, (int)timeout.TotalMilliseconds) == 0)
        {
            Native.KillPid(_runtimePid);
            throw new IOException($"The runtime did not start a sandbox within {timeout}.{ReadErrors()}");
        }
        _initPid = Control.ReceiveReady();
        if (_initPid <= 0)
        {
            throw new IOException($"The runtime could not start a sandbox.{ReadErrors()}");
        }
        // Init is alive until we tell it otherwise, so the number cannot have passed to another process yet.
        _init = Native.PidFd(_initPid);
    }

    private string ReadErrors()
    {
        var buffer = new byte[4096];
        var count = Native.Read(_errors, buffer);
        return count > 0 ? " " + Encoding.UTF8.GetString(buffer, 0, count).Trim() : "";
    }
}
