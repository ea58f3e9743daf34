using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What a step reads and prints: three pipes, or a terminal.</summary>
internal sealed class StepStreams(Container container, Stream? input, Terminal? terminal, WakeUp wake) : IDisposable
{
    private StandardInputFeed? _feed;
    private SafeFileHandle? _master;

    /// <summary>It has a terminal, which <see cref="Attach"/> brings.</summary>
    public bool HasTerminal => terminal is not null;

    /// <summary>What the program prints; null while its terminal has not come.</summary>
    public SafeFileHandle? Output => terminal is null ? container.Output : _master;

    /// <summary>What it prints as errors; null where both go to the terminal.</summary>
    public SafeFileHandle? Errors => terminal is null ? container.Errors : null;

    /// <summary>Where input goes; null where none waits to be written.</summary>
    public SafeFileHandle? Input => _feed is not { HasPending: true } ? null : terminal is null ? container.Input : _master;

    /// <summary>Begins to read the caller's stream.</summary>
    public void Start()
    {
        if (input is null || terminal is not null)
        {
            return;
        }
        if (ReferenceEquals(input, Stream.Null))
        {
            container.CloseInput();
        }
        else
        {
            _feed = new StandardInputFeed(input, wake.Set);
        }
    }

    /// <summary>The terminal is there.</summary>
    public void Attach(SafeFileHandle master)
    {
        _master = master;
        Native.SetNonBlocking(master);
        terminal!.Follow((columns, rows) => Native.SetTerminalSize(master, columns, rows));
        _feed = new StandardInputFeed(input ?? Stream.Null, wake.Set, toTerminal: true);
    }

    /// <summary>Writes what there is room for, and ends the input where the caller's stream has ended.</summary>
    public void Move(bool hasRoom)
    {
        if (hasRoom && !_feed!.WriteTo(Input!))
        {
            // Nobody will ever read it.
            _feed.Stop();
            EndInput();
        }
        if (_feed is { HasEnded: true })
        {
            EndInput();
        }
    }

    /// <summary>The step is over; what it printed can still be read.</summary>
    public void Stop()
    {
        terminal?.Follow(null);
        _feed?.Stop();
    }

    public void Dispose() => _master?.Dispose();

    private void EndInput()
    {
        // What goes to a terminal has its end in it.
        if (terminal is null)
        {
            container.CloseInput();
        }
    }
}
