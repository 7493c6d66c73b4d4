import type { ErrorCode } from './codes';

/** What happened and what to do about it, for people. `{{name}}` stands for a fact of the error's details. */
export const errorTexts: Record<ErrorCode, { title: string; remedy: string }> = {
  'image-missing': {
    title: '找不到图片：{{path}}',
    remedy: '文件可能已被移动、改名或删除。请把它放回原处，或重新扫描文件夹。',
  },
  'image-unreadable': {
    title: '无法读取图片：{{path}}',
    remedy: '请检查该文件的读取权限，以及磁盘或网络连接是否正常，然后重试。',
  },
  'image-empty': {
    title: '图片文件为空（0 字节）：{{path}}',
    remedy: '文件多半没有复制完整。请从采集设备重新复制。',
  },
  'image-corrupt': {
    title: '图片内容已损坏，或并非图片：{{path}}',
    remedy: '请用看图软件确认能否打开，并从采集设备重新复制该文件。',
  },
  'image-truncated': {
    title: '图片不完整，文件在中途截断：{{path}}',
    remedy: '文件多半没有复制完整。请从采集设备重新复制。',
  },
  'image-unsupported': {
    title: '不支持该图片的格式：{{path}}',
    remedy: '请转换为 JPEG、PNG、BMP 或 TIFF（8 位或 16 位）后重试。',
  },
  'image-too-large': {
    title: '图片过大，无法处理：{{path}}',
    remedy: '请把图片分割成较小的几段后重试。技术信息：{{message}}',
  },
  'image-changed': {
    title: '图片在处理期间发生了变化：{{path}}',
    remedy: '本次改动没有保存到这张图片上，以免掩膜与图片不符。请重新打开该图片并重新检测。',
  },
  'folder-missing': {
    title: '找不到文件夹：{{path}}',
    remedy: '请检查路径是否正确，移动硬盘或网络盘是否已连接。',
  },
  'folder-unreadable': {
    title: '无法读取文件夹：{{path}}',
    remedy: '请检查该文件夹的读取权限，以及磁盘或网络连接是否正常。',
  },
  'no-images': {
    title: '文件夹中没有可用的图片：{{path}}',
    remedy: '请选择含有 JPEG、PNG、BMP 或 TIFF 图片的文件夹（会搜索子文件夹）。',
  },
  'no-project': {
    title: '尚未打开项目',
    remedy: '请先打开一个图片文件夹。',
  },
  'project-read-only': {
    title: '项目以只读方式打开：{{path}}',
    remedy: '另一个窗口或另一台电脑可能正在使用它。请在那边关闭该项目，然后在这里重新打开，才能保存修改。',
  },
  'project-corrupt': {
    title: '项目数据库已损坏：{{path}}',
    remedy: '原始图片不受影响。请保留该文件，从备份恢复；没有备份时，把它改名后重新打开文件夹，即可新建项目。',
  },
  'project-too-new': {
    title: '项目由更新版本的 RailScope 创建：{{path}}',
    remedy: '请升级 RailScope 后再打开。当前版本没有改动该项目。',
  },
  'stale-revision': {
    title: '该图片已在别处被修改',
    remedy: '您看到的内容已过期，刚才的操作没有保存。请重新载入该图片后再修改。',
  },
  'disk-full': {
    title: '磁盘空间不足：{{path}}',
    remedy: '请清理磁盘空间后重试。此前已保存的内容不受影响。',
  },
  'write-failed': {
    title: '无法写入：{{path}}',
    remedy: '请检查写入权限以及磁盘是否只读，或另选一个位置。技术信息：{{message}}',
  },
  'model-missing': {
    title: '缺少模型文件：{{path}}',
    remedy: '请重新安装 RailScope，或把模型“{{model}}”的权重文件复制回模型目录；也可以改用其他模型。',
  },
  'model-hash-mismatch': {
    title: '模型文件校验不符，可能已损坏或被改动：{{path}}',
    remedy: '为避免错误的检测结果，该模型已停用。请重新安装 RailScope 或重新复制该文件；也可以改用其他模型。',
  },
  'model-invalid': {
    title: '模型无法使用：{{path}}',
    remedy: '模型说明文件或权重不符合要求。请重新安装该模型，或改用其他模型。技术信息：{{message}}',
  },
  'backend-unavailable': {
    title: '所选计算设备不可用：{{backend}}',
    remedy: '请检查驱动与设备状态，或改选“自动”或“CPU”。原因：{{reason}}',
  },
  'server-unreachable': {
    title: '无法连接推理服务器：{{server}}',
    remedy: '请检查地址、网络和证书，并确认服务器正在运行，然后重试。原因：{{reason}}',
  },
  'server-refused': {
    title: '推理服务器拒绝了请求：{{server}}',
    remedy: '请检查访问令牌、模型名称以及服务器的限制。原因：{{reason}}',
  },
  'address-unusable': {
    title: '服务器无法监听地址：{{address}}',
    remedy: '端口可能被其他程序占用，或该地址不属于本机。请更换地址或端口。原因：{{reason}}',
  },
  'inference-crashed': {
    title: '检测该图片时推理进程意外退出：{{path}}',
    remedy: '其余图片已继续检测。请检查该图片是否正常、内存是否充足，然后单独重试；也可以改用 CPU 或其他模型。',
  },
  'inference-timeout': {
    title: '检测该图片超时，已中止：{{path}}',
    remedy: '其余图片已继续检测。请检查计算设备是否正常，然后单独重试；也可以改用 CPU 或更小的模型。',
  },
  'inference-failed': {
    title: '检测该图片失败：{{path}}',
    remedy: '其余图片已继续检测。请单独重试；若仍失败，请改用其他模型或设备。技术信息：{{message}}',
  },
  'out-of-memory': {
    title: '内存不足：{{path}}',
    remedy: '请关闭其他程序后重试，改用更小的模型，或把过大的图片分割成几段。',
  },
  'report-failed': {
    title: '无法生成报告：{{path}}',
    remedy: '检测结果没有丢失。请检查保存位置是否可写，然后重试。技术信息：{{message}}',
  },
  'masks-mismatch': {
    title: '掩膜与图片不对应：{{path}}',
    remedy: '掩膜须与图片同名（扩展名可以不同）、同尺寸，并放在相同的子文件夹中。技术信息：{{message}}',
  },
  'process-gone': {
    title: '后台进程意外退出：{{process}}',
    remedy: '程序会自动重启该进程；已保存的内容不受影响。若反复出现，请重新启动 RailScope 并检查内存。技术信息：{{reason}}',
  },
  cancelled: {
    title: '已取消',
    remedy: '已完成的结果已经保存，可以随时从未完成处继续。',
  },
  'bad-request': {
    title: '请求无效',
    remedy: '请重新启动 RailScope 后再试；若仍出现，请把日志交给技术支持。技术信息：{{message}}',
  },
  internal: {
    title: '程序内部错误',
    remedy: '已保存的内容不受影响。请重试；若仍出现，请把日志交给技术支持。技术信息：{{message}}',
  },
};
