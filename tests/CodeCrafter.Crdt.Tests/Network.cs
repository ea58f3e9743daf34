namespace CodeCrafter.Crdt.Tests;

/// <summary>Carries updates from each member to all others: late, in any order, and some of them twice.</summary>
internal sealed class Network(int members, Random random)
{
    private readonly List<byte[]>[] _boxes = [.. Enumerable.Range(0, members).Select(_ => new List<byte[]>())];

    public void Send(int from, byte[] update)
    {
        for (var i = 0; i < _boxes.Length; i++)
        {
            if (i == from)
            {
                continue;
            }

            _boxes[i].Add(update);
            if (random.Next(5) == 0)
            {
                _boxes[i].Add(update);
            }
        }
    }

    public void SendAll(int from, IEnumerable<byte[]> updates, bool onlyNew = false)
    {
        foreach (var update in updates)
        {
            // What a member emits when it applies is mostly what all get anyway; now and then it is passed on too.
            if (!onlyNew || random.Next(4) == 0)
            {
                Send(from, update);
            }
        }
    }

    /// <summary>Takes some of what is there for a member.</summary>
    public List<byte[]> Receive(int member)
    {
        var box = _boxes[member];
        var count = random.Next(box.Count + 1);
        var received = new List<byte[]>();
        for (var i = 0; i < count; i++)
        {
            var index = random.Next(box.Count);
            received.Add(box[index]);
            box.RemoveAt(index);
        }

        return received;
    }

    /// <summary>Takes all that is there for a member, in a random order.</summary>
    public byte[][] ReceiveAll(int member)
    {
        var received = _boxes[member].ToArray();
        random.Shuffle(received);
        _boxes[member].Clear();
        return received;
    }
}
