using KestrelL4.Server.Overload;
using KestrelL4.Testing;

namespace KestrelL4.Server.Tests.Overload;

public sealed class ControlGroupTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Limit_Version2_IsTheLeastOfTheGroupAndThoseAboveIt()
    {
        Write("mount/pod/memory.max", "500000000\n");
        Write("mount/pod/node/memory.max", "max\n");
        Write("mount/other/memory.max", "1\n");
        Write("mount/pod/node/memory.stat", "anon 1000\nsock 70\nkernel_stack 200\npagetables 30\nslab_reclaimable 500\nslab_unreclaimable 5\n");
        ControlGroup group = Of("0::/pod/node\n");

        Assert.Equal(500_000_000, group.Limit());
        Assert.Equal(305, group.KernelMemory());
    }

    [Fact]
    public void Limit_Version2HeldUpBeforeItIsKilled_IsWhereThatBegins()
    {
        Write("mount/unit/memory.max", "500\n");
        Write("mount/unit/memory.high", "400\n");
        Write("mount/unit/node/memory.max", "max\n");
        Write("mount/unit/node/memory.high", "max\n");

        Assert.Equal(400, Of("0::/unit/node\n").Limit());
    }

    [Fact]
    public void Limit_PathOfTheHostInAContainer_IsThatOfTheRoot()
    {
        Write("mount/memory.max", "300\n");
        Write("mount/memory.stat", "sock 7\n");
        ControlGroup group = Of("0::/kubepods/of/the/host\n");

        Assert.Equal(300, group.Limit());
        Assert.Equal(7, group.KernelMemory());
    }

    [Fact]
    public void Limit_Version1_IsThatOfTheMemoryController()
    {
        Write("mount/memory/docker/abc/memory.limit_in_bytes", "400\n");
        Write("mount/memory/docker/abc/memory.kmem.usage_in_bytes", "50\n");
        Write("mount/memory/docker/abc/memory.kmem.tcp.usage_in_bytes", "30\n");
        Write("mount/memory/memory.limit_in_bytes", "9223372036854771712\n");
        ControlGroup group = Of("9:name=systemd:/x\n4:cpuset,memory:/docker/abc\n0::/\n");

        Assert.Equal(400, group.Limit());
        Assert.Equal(80, group.KernelMemory());
    }

    [Fact]
    public void Limit_CannotBeReadForAMoment_IsNotTakenForNone()
    {
        Write("mount/memory.max", "300\n");
        File.CreateSymbolicLink(_directory["mount/memory.high"], "/proc/self/mem");

        Assert.Throws<IOException>(() => Of("0::/\n").Limit());
    }

    [Theory]
    [InlineData("")]
    [InlineData("0::/\n")]
    [InlineData("senseless\n")]
    public void Limit_NoBound_IsNone(string membership)
    {
        Write("mount/memory.max", "max\n");

        Assert.Null(Of(membership).Limit());
        Assert.Equal(0, Of(membership).KernelMemory());
    }

    [Fact]
    public void Read_ThisProcess_UsesSomeOfWhatItMay()
    {
        MemoryReading free = new NodeMemory().Read(null)!;
        MemoryReading bound = new NodeMemory().Read(1000)!;

        Assert.InRange(free.Share, double.Epsilon, 1);
        Assert.Equal(1000, bound.Limit);
        Assert.InRange(bound.Used, 1_000_000, long.MaxValue);
    }

    private ControlGroup Of(string membership)
    {
        Write("membership", membership);
        return new ControlGroup(_directory["membership"], _directory["mount"]);
    }

    private void Write(string name, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_directory[name])!);
        _directory.Write(name, text);
    }
}
