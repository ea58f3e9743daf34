using System.Collections.Concurrent;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>Numbers from 0 for the sandboxes that exist at once; each is in use once at a time.</summary>
internal sealed class SlotPool(int count)
{
    private readonly SemaphoreSlim _free = new(count);
    private readonly ConcurrentQueue<int> _numbers = new(Enumerable.Range(0, count));

    public async Task<int> TakeAsync(CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);
        return _numbers.TryDequeue(out var number) ? number : throw new InvalidOperationException("No number is free.");
    }

    public void Return(int number)
    {
        _numbers.Enqueue(number);
        _free.Release();
    }

    /// <summary>Waits until none is in use; none can be taken afterwards.</summary>
    public async Task CloseAsync()
    {
        for (var i = 0; i < count; i++)
        {
            await _free.WaitAsync();
        }
    }
}
