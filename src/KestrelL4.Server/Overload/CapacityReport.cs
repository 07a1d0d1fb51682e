using System.Globalization;
using KestrelL4.Server.Configuration;
using KestrelL4.Server.Health;
using KestrelL4.Server.Listeners;
using KestrelL4.Server.Transport;

namespace KestrelL4.Server.Overload;

/// <summary>Tells what the node has no more of to take connections with. It stays ready: load alone makes no node less than that.</summary>
internal sealed class CapacityReport
{
    private const double Mebibyte = 1024 * 1024;

    private readonly Component _component;
    private readonly (AcceptWait Wait, RecentRise Rise)[] _waits;
    private readonly RecentRise _connections;
    private readonly RecentRise _handshakes;
    private readonly RecentRise _memory;
    private MemoryStage _told;

    public CapacityReport(Component component, AcceptGate gate, TimeProvider time)
    {
        _component = component;
        _waits =
        [
            .. from wait in new[] { AcceptWait.Descriptors, AcceptWait.KernelMemory, AcceptWait.Refusal }
               select (wait, new RecentRise(() => gate.Admission.Waits(wait), time)),
        ];
        _connections = new RecentRise(() => gate.ConnectionRefusals, time);
        _handshakes = new RecentRise(() => gate.HandshakeRefusals, time);
        _memory = new RecentRise(() => gate.Admission.Waits(AcceptWait.Memory), time);
    }

    /// <summary>Tells how things are now.</summary>
    /// <param name="stage">What the want of memory asks of the node.</param>
    /// <param name="reading">The memory it uses; null = unknown.</param>
    /// <param name="accept">The numbers in force.</param>
    public void Tell(MemoryStage stage, MemoryReading? reading, AcceptConfiguration accept)
    {
        List<string> problems = [];
        if (reading is { } memory && stage != MemoryStage.Ample)
        {
            string used = string.Create(
                CultureInfo.InvariantCulture,
                $"{memory.Used / Mebibyte:0} of {memory.Limit / Mebibyte:0} MiB of memory are in use; new connections wait");
            problems.Add(stage == MemoryStage.Short ? $"{used} and the idlest are being closed" : used);
        }

        // They also wait where more come at once than there is memory for, although what is used is little yet.
        if (stage != MemoryStage.Ample || _told != MemoryStage.Ample)
        {
            _memory.Forget();
        }
        else if (_memory.Look())
        {
            problems.Add(AcceptWait.Memory.Sentence());
        }

        _told = stage;
        problems.AddRange(_waits.Where(static each => each.Rise.Look()).Select(static each => each.Wait.Sentence()));
        if (_connections.Look())
        {
            problems.Add($"as many connections are open as may be, {accept.MaxConnections} (Accept:MaxConnections); further ones are refused");
        }

        if (_handshakes.Look())
        {
            problems.Add($"as many handshakes are under way as may be, {accept.MaxConcurrentHandshakes} (Accept:MaxConcurrentHandshakes); silent ones give way");
        }

        if (problems.Count == 0)
        {
            _component.Healthy();
        }
        else
        {
            _component.Degraded(string.Join("; ", problems));
        }
    }
}
