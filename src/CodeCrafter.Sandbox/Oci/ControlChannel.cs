using System.Buffers.Binary;
using System.Text;
using CodeCrafter.Sandbox.Interop;
using CodeCrafter.Sandbox.Limits;
using CodeCrafter.Sandbox.Steps;
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
    /// <summary>The terminal of the step that begins; its descriptor comes along.</summary>
    Terminal = 'T',
    /// <summary>The parked step has ended before its time.</summary>
    Lost = 'L',
    /// <summary>A collected file.</summary>
    File = 'f',
    /// <summary>The end of the collection; how many files were left out.</summary>
    Collected = 'c',
}

/// <summary>A message of init.</summary>
internal readonly record struct InitFrame(InitMessage Message, byte[] Payload, SafeFileHandle? Descriptor = null);

/// <summary>Our end of the control socket; init.pl documents the frames.</summary>
internal sealed class ControlChannel(SafeFileHandle socket) : IDisposable
{
    /// <summary>What comes from init is short but for collected files; anything longer is not from init.</summary>
    private const int MaxReply = 64 << 10;

    /// <summary>What a frame of a file has besides its content, at most: mode, lengths and a path of PATH_MAX.</summary>
    private const int FileOverhead = 12 + 4096;

    public SafeFileHandle Handle => socket;

    /// <summary>Writes a file; the path is absolute.</summary>
    public void SendFile(string path, bool isExecutable, ReadOnlySpan<byte> content)
    {
        const int readable = 0b110_100_100, executable = 0b111_101_101;
        SendAll(new FrameBuilder('F').Add(isExecutable ? executable : readable).Add(path).Add(content.Length).ToArray(content.Length));
        SendAll(content);
    }

    /// <summary>Starts a step.</summary>
    /// <param name="command">What it is.</param>
    /// <param name="cgroup">The cgroup that it enters; null where the whole sandbox is in one.</param>
    public void SendStep(StepCommand command, StepCgroup? cgroup) => Send(Add(new FrameBuilder('X'), command), cgroup);

    /// <summary>Starts a step that will wait for the file at this absolute path.</summary>
    public void SendPark(StepCommand command, string path, StepCgroup cgroup) => Send(Add(new FrameBuilder('P').Add(path), command), cgroup);

    /// <summary>Lets the parked step read its file, which was sent before.</summary>
    public void SendGo(string path) => Send(new FrameBuilder('G').Add(path));

    public void Send(FrameBuilder frame) => SendAll(frame.ToArray());

    /// <summary>Sends a frame, and duplicates of descriptors with its first byte.</summary>
    public void Send(FrameBuilder frame, IReadOnlyList<SafeFileHandle> descriptors)
    {
        var bytes = frame.ToArray();
        SendAll(bytes.AsSpan(Native.SendWithDescriptors(socket, bytes, descriptors)));
    }

    private void Send(FrameBuilder frame, StepCgroup? cgroup)
    {
        if (cgroup is null)
        {
            Send(frame);
            return;
        }
        var entrances = cgroup.OpenForEntering();
        try
        {
            Send(frame, entrances);
        }
        finally
        {
            foreach (var entrance in entrances)
            {
                entrance.Dispose();
            }
        }
    }

    /// <summary>
    /// Takes files out, each regular and with a single name, while no process but init is alive.
    /// </summary>
    /// <param name="path">An absolute path: a file, or a folder with all that is below it.</param>
    /// <param name="maxFiles">The most files.</param>
    /// <param name="maxBytes">The most bytes of all of them.</param>
    /// <param name="changed">Leave out what is as it was sent.</param>
    /// <returns>The files, with absolute paths, and how many were left out.</returns>
    /// <exception cref="IOException">Init failed, or is not init.</exception>
    public (IReadOnlyList<ArtifactFile> Files, int Omitted) Collect(string path, int maxFiles, long maxBytes, bool changed)
    {
        Send(new FrameBuilder('C').Add(path).Add(maxFiles).Add((int)maxBytes).Add(changed ? 1 : 0));
        var files = new List<ArtifactFile>();
        for (var room = maxBytes; ;)
        {
            var (message, payload, _) = Receive((int)room + FileOverhead);
            switch (message)
            {
                case InitMessage.File when files.Count < maxFiles:
                    var file = DecodeFile(payload);
                    room -= file.Content.Length;
                    files.Add(file);
                    break;
                case InitMessage.Collected:
                    return (files, BinaryPrimitives.ReadInt32BigEndian(payload));
                default:
                    throw new IOException($"The sandbox's init could not collect {path}: {message} {Encoding.UTF8.GetString(payload)}");
            }
        }
    }

    /// <summary>Waits for the first message and returns init's process id on the host; 0 where init never came up.</summary>
    public int ReceiveReady()
    {
        var frame = new byte[5];
        var (count, pid, _) = Native.Receive(socket, frame);
        return count == frame.Length && frame[0] == (byte)InitMessage.Ready ? pid : 0;
    }

    /// <summary>Reads one message; waits for it.</summary>
    public InitFrame Receive(int maxPayload = MaxReply)
    {
        Span<byte> head = stackalloc byte[5];
        var (count, _, descriptor) = Native.Receive(socket, head);
        if (count <= 0 || !Fill(head[count..]))
        {
            return new InitFrame(InitMessage.Gone, []);
        }
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[1..]);
        if (length > maxPayload)
        {
            throw new IOException("The sandbox's init sent nonsense.");
        }
        var payload = new byte[length];
        return Fill(payload) ? new InitFrame((InitMessage)head[0], payload, descriptor) : new InitFrame(InitMessage.Gone, []);
    }

    public void Dispose() => socket.Dispose();

    private static FrameBuilder Add(FrameBuilder frame, StepCommand command)
    {
        frame.Add(command.ReadsInput ? 1 : 0).Add(command.CpuSeconds).Add(command.Processes)
            .Add(command.Columns).Add(command.Rows).Add(SandboxPaths.Workspace).Add(command.Arguments.Count);
        foreach (var text in command.Arguments.Concat(command.Environment))
        {
            frame.Add(text);
        }
        return frame;
    }

    private static ArtifactFile DecodeFile(ReadOnlyMemory<byte> frame)
    {
        const int ownerMayExecute = 0x40;
        var payload = frame.Span;
        var mode = BinaryPrimitives.ReadInt32BigEndian(payload);
        var pathLength = BinaryPrimitives.ReadInt32BigEndian(payload[4..]);
        return new ArtifactFile(Encoding.UTF8.GetString(payload.Slice(8, pathLength)), (mode & ownerMayExecute) != 0, frame[(12 + pathLength)..]);
    }

    private void SendAll(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var count = Native.Send(socket, bytes);
            if (count < 0)
            {
                throw Native.Failure("send", -count);
            }
            bytes = bytes[count..];
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
}
