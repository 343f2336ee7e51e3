//! A planted data hazard: on every device two dispatches write and read one buffer with nothing between them. Run under
//! the validation layer it must be reported, else the layer's silence about the library proves nothing. With the
//! argument `barrier` the hazard is cured, and the same program must be silent.

use anyhow::{Context, Result};
use ash::vk;

/// The compiled `hazard.comp`.
const MODULE: &[u8] = include_bytes!("../spirv/hazard.packed.spv");
/// One workgroup's worth of floats.
const BUFFER_BYTES: u64 = 64 * 4;

fn main() -> Result<()> {
    let barrier = std::env::args().nth(1).as_deref() == Some("barrier");
    // SAFETY: the loader is the system's or the one that the tests bring; nothing else loads Vulkan here.
    let entry = unsafe { ash::Entry::load() }.context("libvulkan")?;
    let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_1);
    let create = vk::InstanceCreateInfo::default().application_info(&application);
    // SAFETY: `create` and what it points to live until the call returns; the instance is destroyed below.
    let instance = unsafe { entry.create_instance(&create, None) }?;
    // SAFETY: the instance is alive.
    for physical in unsafe { instance.enumerate_physical_devices() }? {
        // SAFETY: `physical` is one of the instance's.
        let properties = unsafe { instance.get_physical_device_properties(physical) };
        println!("{} on {:?}", if barrier { "barrier" } else { "hazard" }, properties.device_name_as_c_str()?);
        dispatch_twice(&instance, physical, barrier)?;
    }
    // SAFETY: all devices of the instance are destroyed.
    unsafe { instance.destroy_instance(None) };
    Ok(())
}

/// A storage buffer with its memory.
///
/// # Safety
/// The device lives, and `memory` is that of its physical device; the caller destroys both.
unsafe fn storage(
    device: &ash::Device,
    memory: &vk::PhysicalDeviceMemoryProperties,
) -> Result<(vk::Buffer, vk::DeviceMemory)> {
    let create = vk::BufferCreateInfo::default().size(BUFFER_BYTES).usage(vk::BufferUsageFlags::STORAGE_BUFFER);
    // SAFETY: both are made of the device that lives; the type of memory is one that the buffer takes.
    unsafe {
        let buffer = device.create_buffer(&create, None)?;
        let needs = device.get_buffer_memory_requirements(buffer);
        let kind =
            memory.memory_types_as_slice().iter().zip(0..).find(|(_, index)| needs.memory_type_bits >> index & 1 == 1);
        let kind = kind.context("no memory for a buffer")?.1;
        let allocate = vk::MemoryAllocateInfo::default().allocation_size(needs.size).memory_type_index(kind);
        let allocation = device.allocate_memory(&allocate, None)?;
        device.bind_buffer_memory(buffer, allocation, 0)?;
        Ok((buffer, allocation))
    }
}

/// Runs the module twice on one buffer and destroys everything again.
fn dispatch_twice(instance: &ash::Instance, physical: vk::PhysicalDevice, barrier: bool) -> Result<()> {
    let priorities = [1.0];
    let queues = [vk::DeviceQueueCreateInfo::default().queue_priorities(&priorities)];
    let create = vk::DeviceCreateInfo::default().queue_create_infos(&queues);
    // SAFETY: `physical` is the instance's; its queue family 0 computes on all software drivers; `create` outlives the
    // call.
    let device = unsafe { instance.create_device(physical, &create, None) }?;
    // SAFETY: the device has one queue of family 0.
    let queue = unsafe { device.get_device_queue(0, 0) };
    // SAFETY: `physical` is the instance's.
    let memory = unsafe { instance.get_physical_device_memory_properties(physical) };
    // SAFETY: every handle below is the device's, used after it is made and destroyed once, after the queue is idle;
    // every structure outlives the call that it is passed to.
    unsafe {
        let (buffer, allocation) = storage(&device, &memory)?;

        let bindings = [vk::DescriptorSetLayoutBinding::default()
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .descriptor_count(1)
            .stage_flags(vk::ShaderStageFlags::COMPUTE)];
        let create = vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings);
        let set_layouts = [device.create_descriptor_set_layout(&create, None)?];
        let layout =
            device.create_pipeline_layout(&vk::PipelineLayoutCreateInfo::default().set_layouts(&set_layouts), None)?;
        let words = ash::util::read_spv(&mut std::io::Cursor::new(MODULE))?;
        let module = device.create_shader_module(&vk::ShaderModuleCreateInfo::default().code(&words), None)?;
        let stage = vk::PipelineShaderStageCreateInfo::default()
            .stage(vk::ShaderStageFlags::COMPUTE)
            .module(module)
            .name(c"main");
        let create = [vk::ComputePipelineCreateInfo::default().stage(stage).layout(layout)];
        let pipelines = device.create_compute_pipelines(vk::PipelineCache::null(), &create, None);
        let pipeline = pipelines.map_err(|(_, error)| error)?[0];

        let sizes = [vk::DescriptorPoolSize::default().ty(vk::DescriptorType::STORAGE_BUFFER).descriptor_count(1)];
        let create = vk::DescriptorPoolCreateInfo::default().max_sets(1).pool_sizes(&sizes);
        let pool = device.create_descriptor_pool(&create, None)?;
        let allocate = vk::DescriptorSetAllocateInfo::default().descriptor_pool(pool).set_layouts(&set_layouts);
        let set = device.allocate_descriptor_sets(&allocate)?[0];
        let infos = [vk::DescriptorBufferInfo::default().buffer(buffer).range(vk::WHOLE_SIZE)];
        let write = vk::WriteDescriptorSet::default()
            .dst_set(set)
            .descriptor_type(vk::DescriptorType::STORAGE_BUFFER)
            .buffer_info(&infos);
        device.update_descriptor_sets(&[write], &[]);

        let commands = device.create_command_pool(&vk::CommandPoolCreateInfo::default(), None)?;
        let allocate = vk::CommandBufferAllocateInfo::default().command_pool(commands).command_buffer_count(1);
        let recorded = device.allocate_command_buffers(&allocate)?;
        device.begin_command_buffer(recorded[0], &vk::CommandBufferBeginInfo::default())?;
        device.cmd_bind_pipeline(recorded[0], vk::PipelineBindPoint::COMPUTE, pipeline);
        device.cmd_bind_descriptor_sets(recorded[0], vk::PipelineBindPoint::COMPUTE, layout, 0, &[set], &[]);
        device.cmd_dispatch(recorded[0], 1, 1, 1);
        if barrier {
            let access = vk::AccessFlags::SHADER_READ | vk::AccessFlags::SHADER_WRITE;
            let written = [vk::MemoryBarrier::default().src_access_mask(access).dst_access_mask(access)];
            let stage = vk::PipelineStageFlags::COMPUTE_SHADER;
            device.cmd_pipeline_barrier(recorded[0], stage, stage, vk::DependencyFlags::empty(), &written, &[], &[]);
        }
        device.cmd_dispatch(recorded[0], 1, 1, 1);
        device.end_command_buffer(recorded[0])?;
        device.queue_submit(queue, &[vk::SubmitInfo::default().command_buffers(&recorded)], vk::Fence::null())?;
        device.queue_wait_idle(queue)?;

        device.destroy_command_pool(commands, None);
        device.destroy_descriptor_pool(pool, None);
        device.destroy_pipeline(pipeline, None);
        device.destroy_shader_module(module, None);
        device.destroy_pipeline_layout(layout, None);
        device.destroy_descriptor_set_layout(set_layouts[0], None);
        device.destroy_buffer(buffer, None);
        device.free_memory(allocation, None);
        device.destroy_device(None);
    }
    Ok(())
}
