namespace CodeCrafter.Crdt.Tests;

/// <summary>Carries updates from each member to all others: late, in any order, and some of them twice.</summary>
internal sealed class Network(int members, Random random)
{
    private readonly List<Message>[] _boxes = [.. Enumerable.Range(0, members).Select(_ => new List<Message>())];

    /// <summary>How many updates are on their way to a member.</summary>
    public int Waiting(int member) => _boxes[member].Count;

    /// <param name="from">The member who sends.</param>
    /// <param name="update">An update.</param>
    /// <param name="causes">The state vector of the sender before the update, for <see cref="ReceiveInOrder"/>.</param>
    public void Send(int from, byte[] update, byte[]? causes = null)
    {
        var message = new Message(update, causes);
        for (var i = 0; i < _boxes.Length; i++)
        {
            if (i == from)
            {
                continue;
            }

            _boxes[i].Add(message);
            if (random.Next(5) == 0)
            {
                _boxes[i].Add(message);
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
            received.Add(box[index].Update);
            box.RemoveAt(index);
        }

        return received;
    }

    /// <summary>Takes all that is there for a member, in a random order.</summary>
    public byte[][] ReceiveAll(int member)
    {
        var received = _boxes[member].Select(message => message.Update).ToArray();
        random.Shuffle(received);
        _boxes[member].Clear();
        return received;
    }

    /// <summary>
    /// Takes an update of which a member knows all causes, so that whatever it is given it can place at once; null
    /// where there is none.
    /// </summary>
    /// <param name="member">The member.</param>
    /// <param name="vector">Its state vector.</param>
    public byte[]? ReceiveInOrder(int member, byte[] vector)
    {
        var known = Update.DecodeStateVector(vector);
        var box = _boxes[member];
        var ready = box
            .Where(message => Update.DecodeStateVector(message.Causes).All(cause => known.GetValueOrDefault(cause.Key) >= cause.Value))
            .ToArray();
        if (ready.Length == 0)
        {
            return null;
        }

        var taken = ready[random.Next(ready.Length)];
        box.Remove(taken);
        return taken.Update;
    }

    private sealed record Message(byte[] Update, byte[]? Causes);
}
