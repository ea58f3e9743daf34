using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Interop;
using Microsoft.Win32.SafeHandles;

namespace CodeCrafter.Sandbox.Oci;

/// <summary>What init says.</summary>
internal enum InitMessage
{
    /// <summary>The control socket ended: init is gone.</summary>
    Gone = 0,
    /// <summary>It waits for orders.</summary>
    Ready = 'R',
    /// <summary>The step ended with a raw wait status.</summary>
    Done = 'D',
    /// <summary>The step's program could not be executed; the number is the errno.</summary>
    NotExecuted = 'N',
    /// <summary>A fault, with a text.</summary>
    Fault = 'E',
}

/// <summary>Our end of the control socket; init.pl documents the frames.</summary>
internal sealed class ControlChannel(SafeFileHandle socket) : IDisposable
{
    /// <summary>What comes from init is short; anything longer is not from init.</summary>
    private const int MaxReply = 64 << 10;

    public SafeFileHandle Handle => socket;

    public void SendFile(SourceFile file)
    {
        var payload = new ArrayBufferWriter<byte>();
        Append(payload, file.Path);
        Append(payload, file.Content);
        Send('F', payload.WrittenSpan);
    }

    public void SendStep(int step, bool standardInput, string directory, IReadOnlyList<string> arguments, IReadOnlyList<string> environment)
    {
        var payload = new ArrayBufferWriter<byte>();
        Append(payload, step);
        Append(payload, standardInput ? 1 : 0);
        Append(payload, directory);
        Append(payload, arguments.Count);
        foreach (var text in arguments.Concat(environment))
        {
            Append(payload, text);
        }
        Send('X', payload.WrittenSpan);
    }

    /// <summary>Waits for the first message and returns init's process id on the host; 0 where init never came up.</summary>
    public int ReceiveReady()
    {
        var frame = new byte[5];
        var (count, pid) = Native.ReceiveWithSender(socket, frame);
        return count == frame.Length && frame[0] == (byte)InitMessage.Ready ? pid : 0;
    }

    /// <summary>Reads one message; waits for it.</summary>
    public (InitMessage Message, byte[] Payload) Receive()
    {
        Span<byte> head = stackalloc byte[5];
        if (!Fill(head))
        {
            return (InitMessage.Gone, []);
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (length > MaxReply)
        {
            throw new IOException("The sandbox's init sent nonsense.");
        }
        var payload = new byte[length];
        return Fill(payload) ? ((InitMessage)head[0], payload) : (InitMessage.Gone, []);
    }

    public void Dispose() => socket.Dispose();

    private void Send(char type, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[5 + payload.Length];
        frame[0] = (byte)type;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), payload.Length);
        payload.CopyTo(frame.AsSpan(5));
        for (ReadOnlySpan<byte> rest = frame; !rest.IsEmpty;)
        {
            var count = Native.Send(socket, rest);
            if (count < 0)
            {
                throw Native.Failure("send", -count);
            }
            rest = rest[count..];
        }
    }

    private bool Fill(Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var count = Native.Read(socket, buffer);
            if (count <= 0)
            {
                return false;
            }
            buffer = buffer[count..];
        }
        return true;
    }

    private static void Append(ArrayBufferWriter<byte> payload, int number)
    {
        BinaryPrimitives.WriteInt32BigEndian(payload.GetSpan(4), number);
        payload.Advance(4);
    }

    private static void Append(ArrayBufferWriter<byte> payload, string text)
    {
        Append(payload, Encoding.UTF8.GetByteCount(text));
        Encoding.UTF8.GetBytes(text, payload);
    }
}
