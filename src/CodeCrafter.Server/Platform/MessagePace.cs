namespace CodeCrafter.Server.Platform;

/// <summary>
/// How fast one client may send messages: a bucket of <paramref name="burst"/> that fills with
/// <paramref name="perSecond"/>. Whoever is faster waits; nothing is lost and nobody is cut off.
/// </summary>
internal sealed class MessagePace(int perSecond, int burst, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private double _left = burst;
    private long _filled = clock.GetTimestamp();

    /// <summary>Counts what was asked for beyond the messages themselves.</summary>
    public void Charge(double messages)
    {
        lock (_lock)
        {
            Fill();
            _left -= messages;
        }
    }

    /// <summary>Counts a message and waits until the client may send the next.</summary>
    public Task TakeAsync(CancellationToken cancellationToken)
    {
        double missing;
        lock (_lock)
        {
            Fill();
            missing = 1 - _left--;
        }

        return missing <= 0 ? Task.CompletedTask : Task.Delay(TimeSpan.FromSeconds(missing / perSecond), clock, cancellationToken);
    }

    private void Fill()
    {
        var now = clock.GetTimestamp();
        _left = Math.Min(burst, _left + (clock.GetElapsedTime(_filled, now).TotalSeconds * perSecond));
        _filled = now;
    }
}
