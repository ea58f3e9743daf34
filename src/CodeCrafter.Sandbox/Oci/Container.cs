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
    private readonly string _bundle;
    private readonly SafeFileHandle _output;
    private readonly SafeFileHandle _errors;
    private SafeFileHandle? _input;
    private SafeFileHandle? _init;
    private int _runtime;

    private Container(string bundle, SafeFileHandle input, SafeFileHandle output, SafeFileHandle errors, ControlChannel control)
    {
        _bundle = bundle;
        _input = input;
        _output = output;
        _errors = errors;
        Control = control;
    }

    /// <summary>Orders to init and its answers.</summary>
    public ControlChannel Control { get; }

    /// <summary>The write end of standard input; null once closed.</summary>
    public SafeFileHandle? Input => _input;

    /// <summary>The read end of standard output; does not block.</summary>
    public SafeFileHandle Output => _output;

    /// <summary>The read end of standard error; does not block.</summary>
    public SafeFileHandle Errors => _errors;

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
        var (ours, theirs) = Native.SocketPair();
        Native.AskForSender(ours);
        var container = new Container(bundle, inputWrite, outputRead, errorsRead, new ControlChannel(ours));
        var entrances = new List<SafeFileHandle>();
        try
        {
            foreach (var handle in (SafeFileHandle[])[inputWrite, outputRead, errorsRead])
            {
                Native.SetNonBlocking(handle);
            }
            entrances.AddRange(steps.SelectMany(step => step.OpenForEntering()));
            container._runtime = ChildProcess.Start(
                runtime.Run(id, bundle, 1 + entrances.Count),
                ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
                [inputRead, outputWrite, errorsWrite, theirs, .. entrances]);
            Array.ForEach([inputRead, outputWrite, errorsWrite, theirs], handle => handle.Dispose());
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
            Array.ForEach([inputRead, outputWrite, errorsWrite, theirs], handle => handle.Dispose());
        }
    }

    /// <summary>Kills init, and with it, by the PID namespace, every process of the sandbox.</summary>
    public void Kill() => Native.Kill(_init!);

    /// <summary>Ends the program's standard input.</summary>
    public void CloseInput()
    {
        _input?.Dispose();
        _input = null;
    }

    /// <summary>Ends the sandbox, waits until nothing of it is left, and closes everything.</summary>
    public void Dispose()
    {
        Control.Dispose();
        _init?.Dispose();
        CloseInput();
        _output.Dispose();
        _errors.Dispose();
        if (_runtime > 0)
        {
            // Init ends with its control socket, and the runtime, having removed the container, after init.
            Native.WaitPid(_runtime);
            _runtime = 0;
        }
        Directory.Delete(_bundle, recursive: true);
    }

    private void AwaitReady(TimeSpan timeout)
    {
        Span<Native.PollFd> control = [new Native.PollFd { Fd = Native.Fd(Control.Handle), Events = Native.PollIn }];
        if (Native.Poll(control, (int)timeout.TotalMilliseconds) == 0)
        {
            Native.KillPid(_runtime);
            throw new IOException($"The runtime did not start a sandbox within {timeout}.{ReadErrors()}");
        }
        var pid = Control.ReceiveReady();
        if (pid <= 0)
        {
            throw new IOException($"The runtime could not start a sandbox.{ReadErrors()}");
        }
        // Init is alive until we tell it otherwise, so the number cannot have passed to another process yet.
        _init = Native.PidFd(pid);
    }

    private string ReadErrors()
    {
        var buffer = new byte[4096];
        var count = Native.Read(_errors, buffer);
        return count > 0 ? " " + Encoding.UTF8.GetString(buffer, 0, count).Trim() : "";
    }
}
